# Another build's layouts, for the tests of upgrade and downgrade: the key of the flow table is another. What a program over the
# one table looks for is not to be found in the other by its bytes, so flows are brought over by copies alone.

# flow_tuple: the ports change places.
/^struct flow_tuple {/,/^};/{s/sport/former/;s/dport/sport/;s/former/dport/}
