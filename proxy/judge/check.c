#include "check.h"

#include <string.h>

static const struct judge_check checks[N_JUDGE_CHECKS] = {
#define CHECK(                                                                                     \
    ID, check_name, severity_is, class_is, code, code_name, old_code, is_done, long_text)          \
    [CHECK_##ID] = {CHECK_##ID, check_name, SEVERITY_##severity_is, CLASS_##class_is, code,        \
        code_name, old_code, is_done, long_text},
#include "judge/check.def"
#undef CHECK
};

static const char *const classes[N_JUDGE_CLASSES] = {
    [CLASS_BLOCKED] = "Blocked",
    [CLASS_REVOKED] = "Revoked",
    [CLASS_KEY_SIZE] = "KeySize",
    [CLASS_WEAK_HASH] = "WeakHash",
    [CLASS_DENIED] = "Denied",
    [CLASS_COMPLIANCE] = "Compliance",
    [CLASS_PINNING] = "Pinning",
    [CLASS_TRUST] = "Trust",
    [CLASS_USAGE] = "Usage",
    [CLASS_NAME] = "Name",
    [CLASS_EXPIRED] = "Expired",
};

const struct judge_check *judge_check(enum judge_check_id id)
{
    return &checks[id];
}

const struct judge_check *judge_check_find(const char *name)
{
    for (size_t i = 0; i < N_JUDGE_CHECKS; i++)
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    return NULL;
}

const char *judge_class_name(enum judge_class c)
{
    return c < N_JUDGE_CLASSES ? classes[c] : NULL;
}

enum judge_class judge_class_find(const char *name)
{
    for (int i = CLASS_BLOCKED; i < N_JUDGE_CLASSES; i++)
        if (strcmp(classes[i], name) == 0)
            return (enum judge_class)i;
    return CLASS_NONE;
}

const char *judge_severity_name(enum judge_severity s)
{
    switch (s) {
    case SEVERITY_NONE:
        return "none";
    case SEVERITY_RECOVERABLE:
        return "recoverable";
    case SEVERITY_DENY:
        return "deny";
    case SEVERITY_FATAL:
        return "fatal";
    }
    return "none";
}
