/* app/vitals.h - what the process itself takes, as figures for Prometheus: processor time of its
 * threads by name, memory, descriptors. Names as the client libraries of Prometheus give them
 * ("Standard and runtime collectors", 2024). */
#ifndef WHYTLS_APP_VITALS_H
#define WHYTLS_APP_VITALS_H

#include "base/text.h"

/* `folder` is /proc/self (proc(5)); what is not there is left out. */
void vitals_metrics(const char *folder, struct text *out);

#endif
