/* judge/check_time.c - TemporalValidity, SystemTrustValidityPeriod and OtherTrustValidityPeriod. */
#include "judging_priv.h"

#include "base/time_text.h"

/* 30 June 2019 23:00 UTC: Apple's constant for "1 July 2019" is an hour early. */
#define RULES_OF_2019_FROM INT64_C(1561935600)
#define RULES_OF_2018_FROM INT64_C(1519862400) /* 2018-03-01 */
#define RULES_OF_2020_FROM INT64_C(1598918400) /* 2020-09-01 */
#define SMIME_RULES_FROM INT64_C(1648771200)   /* 2022-04-01 */

enum {
    DAY_S = 86400,
    LIFETIME_825_DAYS = 825 * DAY_S + 3600,
    LIFETIME_398_DAYS = 398 * DAY_S,
    LIFETIME_1185_DAYS = 1185 * DAY_S
};

static const char *expired_cause(const struct judging *j, size_t i)
{
    if (i == 0)
        return "cert-expired-leaf";
    if (i + 1 == j->path.n && (j->path.anchored || j->path.at[i]->self_signed))
        return "cert-expired-root";
    return "cert-expired-intermediate";
}

/* iOS reads more forms than RFC 5280 allows; the others do not. */
static bool dates_count(const struct judging *j, const struct cert *c)
{
    return judge_policy_is_webpki(j->c->policy) ? c->dates_by_rfc : c->dates_readable;
}

static void time_one(struct judging *j, size_t i)
{
    const struct cert *c = j->path.at[i];
    struct finding f = {.check = CHECK_TEMPORAL_VALIDITY, .cert = i};
    char date[TIME_TEXT_CAP], at[TIME_TEXT_CAP], by[TIME_TEXT_CAP];

    time_rfc3339(at, j->c->at);
    if (!dates_count(j, c)) {
        f.cause = "cert-time-malformed";
        judging_fail(j, f, "its dates cannot be read");
    } else if (j->c->at < c->not_before) {
        f.cause = "cert-not-yet-valid";
        judging_fail(j, f, "notBefore %s, judged at %s: %s too early",
            time_rfc3339(date, c->not_before), at, time_duration(by, c->not_before - j->c->at));
    } else if (j->c->at > c->not_after) {
        f.cause = expired_cause(j, i);
        judging_fail(j, f, "notAfter %s, judged at %s: %s too late",
            time_rfc3339(date, c->not_after), at, time_duration(by, j->c->at - c->not_after));
    }
}

/* Every certificate, the root included; both ends count as inside. */
void check_time(struct judging *j)
{
    if (j->c->ignore_expiry)
        return;
    for (size_t i = 0; i < j->path.n; i++)
        if (!dates_count(j, j->path.at[i]) || j->c->at < j->path.at[i]->not_before ||
            j->c->at > j->path.at[i]->not_after)
            time_one(j, i);
}

static void fail_lifetime(
    struct judging *j, enum judge_check_id check, int64_t most, const char *cause)
{
    char life[TIME_TEXT_CAP], from[TIME_TEXT_CAP];

    judging_fail(j, (struct finding){.check = check, .cause = cause},
        "valid for %s, at most %lld days are allowed (issued %s)",
        time_duration(life, cert_lifetime(j->path.at[0])), (long long)(most / DAY_S),
        time_date(from, j->path.at[0]->not_before));
}

void check_lifetime(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    int64_t life = cert_lifetime(leaf);
    bool system = judging_kind(j) == ANCHORS_SYSTEM;

    if (!leaf->dates_readable)
        return;
    if (system && leaf->not_before >= RULES_OF_2020_FROM && life > LIFETIME_398_DAYS)
        fail_lifetime(j, CHECK_SYSTEM_TRUST_VALIDITY, LIFETIME_398_DAYS, "validity-too-long");
    else if (system && leaf->not_before >= RULES_OF_2018_FROM &&
             leaf->not_before < RULES_OF_2020_FROM && life > LIFETIME_825_DAYS)
        fail_lifetime(j, CHECK_SYSTEM_TRUST_VALIDITY, LIFETIME_825_DAYS, "validity-too-long");
    if (!judging_leaf_is_user_anchor(j) && leaf->not_before >= RULES_OF_2019_FROM &&
        life > LIFETIME_825_DAYS)
        fail_lifetime(j, CHECK_OTHER_TRUST_VALIDITY, LIFETIME_825_DAYS,
            system ? "validity-too-long" : "private-ca-long-validity");
}

void check_smime_lifetime(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];

    if (judging_kind(j) == ANCHORS_SYSTEM && leaf->dates_readable &&
        leaf->not_before >= SMIME_RULES_FROM && cert_lifetime(leaf) > LIFETIME_1185_DAYS)
        fail_lifetime(j, CHECK_SYSTEM_TRUST_VALIDITY, LIFETIME_1185_DAYS, "validity-too-long");
}
