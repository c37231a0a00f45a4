/* judge/check_listed.c - what Apple's lists say of the CAs of a path: BlackListedKey, Revocation
 * and GrayListedKey by the dates of the Valid database (the snapshot of November 2023 in trust/),
 * IssuerPolicyConstraints by its usages; and the verdict's ca_status.
 *
 * Silence proves nothing: iOS refreshes its database over the air, and ours is old. */
#include "judging_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/time_text.h"
#include "trust/apple_roots.h"
#include "trust/roots.h"

#define BLOCKED_FROM INT64_C(1480550400) /* 2016-12-01 */
#define FAR_AWAY INT64_C(7258118400)     /* 2200-01-01 */

/* Children of the seven roots of WoSign and StartCom, fixed in the code of iOS. */
static bool is_blocked_root(const struct cert *c)
{
    static const char *const names[] = {"CA WoSign ECC Root", "CA 沃通根证书",
        "Certification Authority of WoSign", "Certification Authority of WoSign G2",
        "StartCom Certification Authority", "StartCom Certification Authority G2"};

    if (!c->self_issued || !c->subject.cn || !c->subject.o ||
        (strcmp(c->subject.o, "WoSign CA Limited") != 0 &&
            strcmp(c->subject.o, "StartCom Ltd.") != 0))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(c->subject.cn, names[i]) == 0)
            return true;
    return false;
}

static void blocked_test(struct judging *j)
{
    if (j->path.n > 1 && is_blocked_root(judging_last(j)) &&
        j->path.at[0]->not_before >= BLOCKED_FROM)
        judging_fail(j, (struct finding){.check = CHECK_BLACK_LISTED_KEY, .cause = "distrusted-ca"},
            "issued under “%s” after 2016-11-30", judging_last(j)->summary);
}

/* Rows of the database have both ends; one of them is as a rule centuries away. */
static void limit_words(const struct apple_limit *limit, char *out, size_t cap)
{
    char from[TIME_TEXT_CAP], until[TIME_TEXT_CAP];

    if (limit->from < 0)
        snprintf(out, cap, "before %s", time_date(until, limit->until));
    else if (limit->until > FAR_AWAY)
        snprintf(out, cap, "from %s on", time_date(from, limit->from));
    else
        snprintf(out, cap, "from %s to %s", time_date(from, limit->from),
            time_date(until, limit->until));
}

static void dates_test(struct judging *j, size_t ca, const struct apple_limit *limit)
{
    const struct cert *issued = j->path.at[ca - 1];
    char date[TIME_TEXT_CAP], words[3 * TIME_TEXT_CAP];

    if (!limit->has_dates ||
        (limit->from <= issued->not_before && issued->not_before <= limit->until))
        return;
    limit_words(limit, words, sizeof(words));
    judging_fail(j,
        (struct finding){.check = limit->soft ? CHECK_GRAY_LISTED_KEY : CHECK_REVOCATION,
            .cert = ca - 1,
            .cause = "distrusted-ca"},
        "issued %s by “%s”; Apple trusts what it issued %s (Valid database of November 2023)",
        time_date(date, issued->not_before), j->path.at[ca]->summary, words);
}

/* Which usage the policy needs; a policy of none asks for none. */
static bool usage_is_allowed(const struct judging *j, const struct apple_limit *limit)
{
    switch (j->c->policy) {
    case JUDGE_TLS_SERVER:
    case JUDGE_EAP_SERVER:
        return limit->server;
    case JUDGE_TLS_CLIENT:
    case JUDGE_EAP_CLIENT:
        return limit->client;
    case JUDGE_SMIME:
        return limit->email;
    default:
        return true;
    }
}

static void usage_test(struct judging *j, size_t ca, const struct apple_limit *limit)
{
    if (limit->has_usage && !usage_is_allowed(j, limit))
        judging_fail(j,
            (struct finding){.check = CHECK_ISSUER_POLICY_CONSTRAINTS, .cause = "distrusted-ca"},
            "Apple limits “%s” to other purposes (Valid database of November 2023)",
            j->path.at[ca]->summary);
}

void check_listed(struct judging *j)
{
    const struct apple_roots *apple = j->c->roots ? roots_apple(j->c->roots) : NULL;

    blocked_test(j);
    for (size_t i = 1; apple && i < j->path.n; i++) {
        const struct apple_limit *limit = apple_roots_limit(apple, j->path.at[i]->sha256_hex);

        if (limit) {
            dates_test(j, i, limit);
            usage_test(j, i, limit);
        }
    }
}

static bool removed_tell(
    const struct judging *j, const struct apple_roots *apple, struct verdict *out)
{
    const struct apple_removed *removed = NULL;

    for (size_t i = 1; i < j->path.n && !removed; i++)
        removed = apple_roots_removed(apple, j->path.at[i]->sha256_hex);
    if (!removed || apple_roots_vouch(apple, judging_last(j)))
        return false;
    out->ca_status = "removed";
    if (removed->last && removed->gone)
        snprintf(out->ca_detail, sizeof(out->ca_detail),
            "Apple's release of %s had it, that of %s has not", removed->last, removed->gone);
    else
        snprintf(out->ca_detail, sizeof(out->ca_detail),
            "before the releases that can be looked at, the first of 2021-10-06");
    return true;
}

/* Why a root that Apple has is none for sites; NULL when it is one. */
static const char *other_use(const struct apple_root *r)
{
    switch (r->use) {
    case APPLE_ROOT_TLS:
        break;
    case APPLE_ROOT_OTHER:
        return "Apple has the root for other purposes only, as of November 2023";
    case APPLE_ROOT_LISTED_ONLY:
        return "Apple accepts only CAs below the root that it lists, and whytls does not have that "
               "list";
    case APPLE_ROOT_UNLIKELY:
        return "Apple has the root, by its name for another purpose; that is not confirmed";
    case APPLE_ROOT_PLATFORM:
        return "Apple has the root for its own software, not for sites";
    case N_APPLE_ROOT_USES:
        break;
    }
    return NULL;
}

/* Only a limit that is met here counts: most rows of the database leave sites alone. */
static bool limited_tell(
    const struct judging *j, const struct apple_roots *apple, struct verdict *out)
{
    const struct apple_root *root =
        j->path.n > 1 ? apple_roots_find(apple, judging_last(j)->sha256_hex) : NULL;
    const char *why = root && !j->path.anchored ? other_use(root) : NULL;

    for (size_t i = 0; i < j->n_checks && !why && j->checks; i++)
        if (j->checks[i].cause && strcmp(j->checks[i].cause, "distrusted-ca") == 0)
            why = j->checks[i].detail;
    if (!why)
        return false;
    out->ca_status = "limited";
    snprintf(out->ca_detail, sizeof(out->ca_detail), "%s", why);
    return true;
}

static void likely_tell(
    const struct judging *j, const struct apple_roots *apple, struct verdict *out)
{
    const struct cert *last = judging_last(j);
    const struct apple_root *likely =
        j->path.anchored || last->self_signed ? NULL : apple_roots_likely_issuer(apple, last);

    if (likely) {
        out->ca_status = "unverified-apple";
        snprintf(out->ca_detail, sizeof(out->ca_detail), "%s", likely->name);
    }
}

void listed_tell(const struct judging *j, struct verdict *out)
{
    const struct apple_roots *apple = j->c->roots ? roots_apple(j->c->roots) : NULL;

    if (apple && !removed_tell(j, apple, out) && !limited_tell(j, apple, out))
        likely_tell(j, apple, out);
}
