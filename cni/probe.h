/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the agent how it is without a CNI call: for kubelet's probes, which run a program many times a minute. */
#pragma once

/*
 * `--live SOCKET`: 0 when the agent answers at all. `--ready SOCKET`: 0 when it would answer STATUS with success, that is,
 * when the node can take pods. Else 1, with one line on stderr; 2 for any other arguments.
 */
int probe(int argc, char **argv);
