/* app/ct_list.h - the logs of Certificate Transparency that this run goes by. */
#ifndef WHYTLS_APP_CT_LIST_H
#define WHYTLS_APP_CT_LIST_H

#include "base/attrib.h"
#include "base/err.h"

struct ct_logs;
struct lab;

/* Apple's list (trust/ct_logs.h says where it is looked for), with the lab's own logs when there is
 * a lab. One reference. `data_dir` and `lab` may be NULL. */
struct ct_logs *ct_list_open(const char *data_dir, const struct lab *lab, struct err *e) MUST_USE;

#endif
