/* judge/detour.c - the paths that were turned down, and why: what an administrator of cross-signed chains wants to know. */
#include "judging_priv.h"

#include "base/mem.h"
#include "base/text.h"

/* The first of what fails on this path, in words. */
static char *why_not(const struct judge_case *c, const struct judge_path *path)
{
    struct judging j = {.c = c, .path = *path, .name_tests = JUDGE_NAME_TESTS_MOST};
    struct text    why = {0};

    judging_run(&j);
    if (j.n_checks)
        text_printf(&why, "%s of “%s”: %s", j.checks[0].check->name, path->at[j.checks[0].cert]->summary,
            j.checks[0].detail);
    else
        text_add(&why, "it is accepted too, and the other scores higher");
    judging_fini(&j);
    return text_give(&why);
}

void detours_tell(const struct judge_case *c, const struct judge_paths *paths, struct verdict *out)
{
    for (size_t i = 0; i < paths->n_others; i++) {
        const struct judge_path *path = &paths->others[i];
        struct verdict_detour   *d = &out->detours[out->n_detours++];

        d->n = path->n;
        d->sha256 = mem_array(path->n, sizeof(*d->sha256));
        for (size_t k = 0; k < path->n; k++)
            d->sha256[k] = mem_text(path->at[k]->sha256_hex);
        d->why = why_not(c, path);
    }
}
