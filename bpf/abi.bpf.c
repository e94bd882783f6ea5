// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Never loaded: gives every shared type a place in one BTF, for
 * tools/Straum.AbiGen.
 */
#include "abi/addr.h"
#include "abi/conntrack.h"
#include "abi/drop.h"
#include "abi/pod.h"
#include "abi/service.h"

struct drop_names drop_names;
struct drop_counter drop_counter;
struct counters counters;
struct service_names service_names;
struct svc_key svc_key;
struct svc_entry svc_entry;
struct backend backend;
struct socket_key socket_key;
struct socket_entry socket_entry;
struct pod_names pod_names;
struct pod_entry pod_entry;
struct peer_key peer_key;
struct peer_entry peer_entry;
struct node_config node_config;
struct ct_names ct_names;
struct ct_entry ct_entry;
struct fragment_key fragment_key;
struct fragment_entry fragment_entry;
struct sweep_request sweep_request;
