#!/bin/busybox sh
# The first process of the machine that boot-kernel.sh boots: what the verifier says, then an agent on manifests with two pods.
# Prints one line per finding; the last one says how it went.
/bin/busybox --install -s /bin
export PATH=/bin
for fs in proc:/proc sysfs:/sys devtmpfs:/dev bpf:/sys/fs/bpf cgroup2:/sys/fs/cgroup tmpfs:/run tmpfs:/var tmpfs:/tmp; do
  mount -t "${fs%%:*}" none "${fs#*:}"
done
export DOTNET_EnableDiagnostics=0 NO_COLOR=1
echo "== begin $(uname -r)"
/opt/straum/straum verify -o json
echo "== verified $?"

# :: Step 1: a node.
mkdir -p /run/netns /run/straum /var/lib/straum /etc/cni/net.d
ip link set lo up
ip link add eth0 type veth   # the kernel calls its peer veth0
ip address add 172.31.0.11/24 dev eth0
ip link set eth0 up
ip link set veth0 up
/opt/straum/straum agent --config /etc/straum/straum.yaml > /run/agent.log 2>&1 &
agent=$!
for _ in $(seq 120); do
  /opt/straum/straum-cni --ready /run/straum/agent.sock 2> /dev/null && break
  kill -0 $agent 2> /dev/null || break
  sleep 1
done
/opt/straum/straum-cni --ready /run/straum/agent.sock && echo "== agent ready"

# :: Step 2: two pods, the first of which has the address that the Service's endpoint names.
conf='{"cniVersion":"1.0.0","name":"straum","type":"straum-cni","socket":"/run/straum/agent.sock"}'
for pod in p1 p2; do
  touch /run/netns/$pod
  unshare -n mount --bind /proc/self/ns/net /run/netns/$pod
  echo "$conf" | CNI_COMMAND=ADD CNI_CONTAINERID=$pod CNI_NETNS=/run/netns/$pod CNI_IFNAME=eth0 /opt/straum/straum-cni > /run/$pod.json || cat /run/$pod.json
done
address() { sed 's/.*"address":"\([0-9.]*\)\/32".*/\1/' "/run/$1.json"; }

# :: Step 3: packets between pods, to the node, and to a Service.
[ "$(address p1)" = 10.244.1.2 ] && echo "== pods attached"
nsenter --net=/run/netns/p2 ping -c 1 -W 10 "$(address p1)" > /dev/null && echo "== pod to pod"
nsenter --net=/run/netns/p2 ping -c 1 -W 10 172.31.0.11 > /dev/null && echo "== pod to node"
(echo served | nsenter --net=/run/netns/p1 nc -l -p 8080 > /dev/null) &
sleep 2
[ "$(nsenter --net=/run/netns/p2 nc -w 10 10.96.0.80 80 < /dev/null)" = served ] && echo "== pod to Service"

/opt/straum/straum status > /run/status && echo "== status right" || cat /run/status /run/agent.log
echo "== end"
poweroff -f
