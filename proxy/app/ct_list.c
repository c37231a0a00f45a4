#include "ct_list.h"

#include <stdbool.h>

#include "base/mem.h"
#include "lab/lab.h"
#include "trust/ct_logs.h"

static bool add_one(struct ct_logs *logs, const struct lab *lab, size_t i, struct err *e)
{
    struct lab_ct_log log;
    bool added;

    if (!lab_ct_log(lab, i, &log, e))
        return false;
    added = ct_logs_add(logs,
        &(struct ct_log_order){.key = log.key,
            .key_len = log.key_len,
            .operator= "the lab",
            .name = log.name,
            .state = log.retired ? CT_LOG_RETIRED : CT_LOG_USABLE,
            .has_expiry = log.retired,
            .expiry = log.retired_s},
        e);
    mem_free(log.key);
    return added;
}

struct ct_logs *ct_list_open(const char *data_dir, const struct lab *lab, struct err *e)
{
    struct ct_logs *logs = ct_logs_open(data_dir, e);

    for (size_t i = 0; logs && lab && i < lab_n_ct_logs(lab); i++)
        if (!add_one(logs, lab, i, e)) {
            err_wrap(e, "the lab's logs");
            ct_logs_unref(logs);
            return NULL;
        }
    return logs;
}
