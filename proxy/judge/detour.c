/* judge/detour.c - the paths that were turned down, and why: what an administrator of cross-signed
 * chains wants to know. */
#include "judging_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { NAME_BYTES_MOST = 120 };

/* What would have decided: the best class, and there the lowest certificate. */
static const struct verdict_check *reason_of(const struct judging *j)
{
    const struct verdict_check *best = &j->checks[0];

    for (size_t i = 1; i < j->n_checks; i++) {
        const struct verdict_check *c = &j->checks[i];

        if (c->check->class < best->check->class ||
            (c->check->class == best->check->class && c->cert < best->cert))
            best = c;
    }
    return best;
}

/* *name_tests is what all of them together may still cost. */
static char *why_not(
    const struct judge_case *c, const struct judge_path *path, unsigned *name_tests)
{
    struct judge_case plain = *c; /* the path itself, without asking who was revoked */
    struct judging j = {.c = &plain, .path = *path, .name_tests = *name_tests};
    struct text why = {0};
    const struct verdict_check *reason;

    plain.evidence = NULL;
    plain.ct_logs = NULL;
    judging_run(&j);
    *name_tests = j.name_tests;
    if (j.n_checks) {
        reason = reason_of(&j);
        text_printf(&why, "%s of “", reason->check->name);
        text_add_safe(&why, path->at[reason->cert]->summary,
            strlen(path->at[reason->cert]->summary), NAME_BYTES_MOST);
        text_printf(&why, "”: %s", reason->detail);
    } else {
        text_add(&why, "it is accepted too, and the other scores higher");
    }
    judging_fini(&j);
    return text_give(&why);
}

void detours_tell(const struct judge_case *c, const struct judge_paths *paths, struct verdict *out)
{
    unsigned name_tests = JUDGE_NAME_TESTS_MOST / 4;

    for (size_t i = 0; i < paths->n_others; i++) {
        const struct judge_path *path = &paths->others[i];
        struct verdict_detour *d = &out->detours[out->n_detours++];

        d->n = path->n;
        d->sha256 = mem_array(path->n, sizeof(*d->sha256));
        for (size_t k = 0; k < path->n; k++)
            d->sha256[k] = mem_text(path->at[k]->sha256_hex);
        d->why = why_not(c, path, &name_tests);
    }
}
