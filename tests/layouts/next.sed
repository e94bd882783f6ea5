# Another build's layouts, for the tests of upgrade and downgrade: fields added, moved, widened and reordered.

# ct_entry: service and backend change places, and the generation comes after the bytes. No larger: it is on the programs' stack.
s|^\t__u32 service;\(.*0 for none.*\)|\t__u32 backend;|
s|^\t__u32 backend;\(\t.*index in backends.*\)|\t__u32 service;|
/^\t__u32 backend_generation;/d
s|^\t__u8 state;\(.*enum ct_state.*\)|&\n\t__u8 pad[2];\n\t__u32 backend_generation;\n};\n\nstruct ct_entry_end {|

# svc_entry: the end of the range before its beginning, and a new last word.
/^\t__u32 base;/{s/base/count/;b}
s|^\t__u32 count;$|\t__u32 base;|
s|^\t__u32 flags;\(.*enum svc_flags.*\)|&\n\t__u32 weight;|
s|sizeof(struct svc_entry) == 16|sizeof(struct svc_entry) == 20|

# pod_entry: a wider number, at another place.
s|^\t__u32 ifindex;\(.*host side of the veth.*\)|\t__u64 id;|
s|^\t__u32 id;\(.*local pod number.*\)|\t__u32 ifindex;|
s|sizeof(struct pod_entry) == 20|sizeof(struct pod_entry) == 24|

# backend: the generation first.
s|^struct backend {|&\n\t__u32 generation;|
/^\t__u32 generation;\t.*moves when/d

# socket_entry: the Service first.
s|^struct socket_entry {|&\n\t__u32 service;|
/^struct socket_entry {/,/^};/{/^\t__u32 service;$/d}

# fragment_entry: the ports change places.
/^struct fragment_entry {/,/^};/{s/sport/former/;s/dport/sport/;s/former/dport/}
