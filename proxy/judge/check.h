/* judge/check.h - the checks by Apple's names, with class, severity and codes: the table is
 * check.def. */
#ifndef WHYTLS_JUDGE_CHECK_H
#define WHYTLS_JUDGE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

enum judge_severity { SEVERITY_NONE = 0, SEVERITY_RECOVERABLE, SEVERITY_DENY, SEVERITY_FATAL };

/* In the order in which iOS picks the one to tell. */
enum judge_class {
    CLASS_NONE = 0,
    CLASS_BLOCKED,
    CLASS_REVOKED,
    CLASS_KEY_SIZE,
    CLASS_WEAK_HASH,
    CLASS_DENIED,
    CLASS_COMPLIANCE,
    CLASS_PINNING,
    CLASS_TRUST,
    CLASS_USAGE,
    CLASS_NAME,
    CLASS_EXPIRED,
    N_JUDGE_CLASSES
};

enum judge_check_id {
#define CHECK(ID, name, severity, class, osstatus, osstatus_name, cssm, done, text) CHECK_##ID,
#include "judge/check.def"
#undef CHECK
    N_JUDGE_CHECKS
};

struct judge_check {
    enum judge_check_id id;
    const char *name;
    enum judge_severity severity;
    enum judge_class class;
    int32_t osstatus;
    const char *osstatus_name;
    uint32_t cssm;    /* the old code that some tools still show */
    bool done;        /* whytls has this check; false: the name is known, the check is not made */
    const char *text; /* of the long form */
};

const struct judge_check *judge_check(enum judge_check_id id);
/* NULL when iOS has no such check. */
const struct judge_check *judge_check_find(const char *name);
const char *judge_class_name(enum judge_class c); /* "Expired"; NULL for CLASS_NONE */
/* CLASS_NONE when there is no such class. */
enum judge_class judge_class_find(const char *name);
const char *judge_severity_name(enum judge_severity s); /* "none", "recoverable", "deny", "fatal" */

#endif
