#include "trial.h"

#include <openssl/crypto.h>

#include "base/time_text.h"
#include "mint_sct.h"
#include "trust/ct_logs.h"

/* Logs of the test, made once: what each is, is said by the row. */
enum { LOGS = 6 };

static struct mint_log *logs[LOGS];

static int logs_make(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOGS; i++)
        logs[i] = mint_log_make(i == 5 ? MINT_RSA2048 : MINT_P256);
    return 0;
}

static int logs_free(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOGS; i++)
        mint_log_free(logs[i]);
    return 0;
}

/* A promise of log `by` (counted from 1, so that 0 ends a list). */
struct given {
    unsigned by;
    const char *at; /* NULL: a day before MINT_AT */
    const char *hash;
    bool broken, version_2;
};

struct log_is {
    unsigned log; /* counted from 1 */
    enum ct_log_state state;
    const char *since, *frozen, *expiry, *from, *until;
    bool unlisted;
};

struct ct_row {
    const char *name;
    const char *from, *to; /* the leaf's; NULL: the usual 90 days */
    const char *at;        /* judged; NULL: MINT_AT */
    struct given embedded[8], presented[4], stapled[4];
    bool staple_of_another;
    struct log_is is[8];
    bool no_logs, list_is_old, root_is_apples, named_bundle;
    enum anchors_are anchors;
    enum judge_policy policy;
    enum judge_ct ct;
    enum verdict_ct want;
    bool refused;
    const char *cause;
};

static int64_t time_of(const char *text, int64_t otherwise)
{
    int64_t at = otherwise;

    if (text && !time_parse_rfc3339(text, &at))
        fail_msg("%s is no time", text);
    return at;
}

static void promises_of(const struct given *given, struct mint_promise *out)
{
    for (; given->by; given++)
        *out++ = (struct mint_promise){.log = logs[given->by - 1],
            .at = time_of(given->at, 0),
            .hash = given->hash,
            .broken_signature = given->broken,
            .version_2 = given->version_2};
    *out = (struct mint_promise){0};
}

static void log_put(struct ct_logs *to, unsigned i, const struct log_is *is)
{
    struct ct_log_order o = {.key = logs[i]->spki, .key_len = logs[i]->spki_len};

    if (is) {
        o.state = is->state;
        o.has_since = is->since, o.since = time_of(is->since, 0);
        o.has_frozen = is->frozen, o.frozen = time_of(is->frozen, 0);
        o.has_expiry = is->expiry, o.expiry = time_of(is->expiry, 0);
        o.has_from = is->from, o.from = time_of(is->from, 0);
        o.has_until = is->until, o.until = time_of(is->until, 0);
    }
    assert_true((is && is->unlisted) || ct_logs_add(to, &o, NULL));
}

static struct ct_logs *list_of(const struct ct_row *row)
{
    static const char one[] =
        "{\"date\":\"2026-01-01\",\"logs\":[{\"state\":\"rejected\",\"key\":\"MAMCAQU=\"}]}";
    struct ct_logs *l =
        row->list_is_old ? ct_logs_parse((const uint8_t *)one, strlen(one), NULL) : ct_logs_new();
    assert_non_null(l);
    for (unsigned i = 0; i < LOGS; i++) {
        const struct log_is *is = row->is;

        while (is->log && is->log != i + 1)
            is++;
        log_put(l, i, is->log ? is : NULL);
    }
    return l;
}

/* The stapled promises inside an OCSP response; NULL when the row has none. */
static uint8_t *staple_make(
    const struct ct_row *row, const struct mint *leaf, const struct mint *root, size_t *len)
{
    struct mint_promise promises[5];
    struct mint_sct scts[5];
    uint8_t list[4096];
    size_t n = 0;

    promises_of(row->stapled, promises);
    for (; promises[n].log; n++)
        mint_sct_presented(&promises[n], leaf, &scts[n]);
    return n ? mint_sct_staple(row->staple_of_another ? root : leaf, root, list,
                   mint_sct_list(scts, n, list, sizeof(list)), len)
             : NULL;
}

static void row_judge(const struct ct_row *row, struct verdict *v)
{
    struct mint_promise embedded[9], presented[5];
    struct mint_sct scts[5];
    uint8_t list[4096];
    size_t n = 0;
    struct mint_spec spec = {.cn = "shop.example",
        .dns = {"shop.example"},
        .not_before = time_of(row->from, 0),
        .not_after = time_of(row->to, 0)};
    struct mint *root = mint_make(
        &(struct mint_spec){.subject = row->root_is_apples ? "O=Apple Inc./CN=Root" : "CN=Root",
            .ca = true,
            .not_before = 1262304000,
            .not_after = 1893456000},
        NULL);

    promises_of(row->embedded, embedded);
    promises_of(row->presented, presented);
    struct mint *leaf =
        embedded[0].log ? mint_promised(&spec, root, embedded) : mint_make(&spec, root);
    for (; presented[n].log; n++)
        mint_sct_presented(&presented[n], leaf, &scts[n]);
    struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = mint_chain(root, NULL);
    struct roots *roots = roots_from_chain(anchors, row->named_bundle ? "custom" : "mozilla");
    struct ct_logs *ct_logs = row->no_logs ? NULL : list_of(row);
    struct judge_evidence evidence = {0};
    struct cert_span response = {0};

    if (n)
        evidence.scts =
            (struct cert_span){.at = list, .len = mint_sct_list(scts, n, list, sizeof(list))};
    uint8_t *staple = staple_make(row, leaf, root, &response.len);
    response.at = staple;
    evidence.ocsp = &response;
    evidence.n_ocsp = evidence.n_stapled = staple ? 1 : 0;
    bool system = row->anchors == ANCHORS_SYSTEM;
    *v = (struct verdict){0};
    judge_chain(&(struct judge_case){.chain = chain,
                    .host = "shop.example",
                    .at = time_of(row->at, MINT_AT),
                    .anchors_are = row->anchors,
                    .policy = row->policy,
                    .roots = system ? roots : NULL,
                    .anchors = system ? NULL : anchors,
                    .evidence = &evidence,
                    .ct_logs = ct_logs,
                    .ct = row->ct,
                    .no_openssl = true},
        v);
    OPENSSL_free(staple);
    ct_logs_unref(ct_logs);
    roots_unref(roots);
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(root);
}

static void rows_run(const struct ct_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct verdict v;
        const struct verdict_check *failed;

        row_judge(&rows[i], &v);
        failed = verdict_failed(&v, "SystemTrustedCTRequired", 0);
        if (v.ct != rows[i].want || (failed != NULL) != rows[i].refused)
            fail_msg("%s: %s, %s: %s", rows[i].name, verdict_ct_name(v.ct),
                failed ? "refused" : "accepted", failed ? failed->detail : "");
        if (rows[i].cause)
            assert_string_equal(failed->cause, rows[i].cause);
        verdict_fini(&v);
    }
}

#define ROWS(rows) rows_run(rows, sizeof(rows) / sizeof((rows)[0]))
#define QUALIFIED .want = VERDICT_CT_QUALIFIED
#define MISSING .want = VERDICT_CT_MISSING, .refused = true, .cause = "ct-missing"
#define INVALID .want = VERDICT_CT_INVALID, .refused = true, .cause = "ct-invalid"

static void embedded_promises_are_counted_by_lifetime(void **state)
{
    static const struct ct_row rows[] = {
        {"none", MISSING},
        {"one", .embedded = {{1}}, MISSING},
        {"two for 90 days", .embedded = {{1}, {2}}, QUALIFIED},
        {"twice the same log", .embedded = {{1}, {1}}, MISSING},
        {"by an RSA log", .embedded = {{1}, {6}}, QUALIFIED},
        {"180 days", .from = "2026-11-01T00:00:00Z", .to = "2027-04-30T00:00:00Z",
            .embedded = {{1}, {2}}, QUALIFIED},
        {"180 days and a second", .from = "2026-11-01T00:00:00Z", .to = "2027-04-30T00:00:01Z",
            .embedded = {{1}, {2}}, MISSING},
        {"three for that", .from = "2026-11-01T00:00:00Z", .to = "2027-04-30T00:00:01Z",
            .embedded = {{1}, {2}, {3}}, QUALIFIED},
        {"more than 825 days", .from = "2026-11-01T00:00:00Z", .to = "2029-11-01T00:00:00Z",
            .embedded = {{1}, {2}, {3}}, MISSING},
        {"four for that", .from = "2026-11-01T00:00:00Z", .to = "2029-11-01T00:00:00Z",
            .embedded = {{1}, {2}, {3}, {4}}, QUALIFIED},
    };

    (void)state;
    ROWS(rows);
}

/* Before 2021-04-21 it was calendar months. */
static void older_certificates_are_counted_in_months(void **state)
{
#define OLD(life_to, ...)                                                                          \
    .from = "2019-01-31T00:00:00Z", .to = life_to, .at = "2019-02-10T00:00:00Z", .embedded = {     \
        __VA_ARGS__                                                                                \
    }
#define IN(log_number)                                                                             \
    {                                                                                              \
        .by = log_number, .at = "2019-02-01T00:00:00Z"                                             \
    }
    static const struct ct_row rows[] = {
        {"14 months and a bit", OLD("2020-04-29T00:00:00Z", IN(1), IN(2)), QUALIFIED},
        {"15 months: the last day of April stands for the 31st",
            OLD("2020-04-30T00:00:00Z", IN(1), IN(2)), MISSING},
        {"15 months with three", OLD("2020-04-30T00:00:00Z", IN(1), IN(2), IN(3)), QUALIFIED},
        {"27 months", OLD("2021-04-30T00:00:00Z", IN(1), IN(2), IN(3)), QUALIFIED},
        {"28 months", OLD("2021-05-31T00:00:00Z", IN(1), IN(2), IN(3)), MISSING},
        {"39 months with four", OLD("2022-04-30T00:00:00Z", IN(1), IN(2), IN(3), IN(4)), QUALIFIED},
        {"40 months with four", OLD("2022-05-31T00:00:00Z", IN(1), IN(2), IN(3), IN(4)), MISSING},
        {"40 months with five", OLD("2022-05-31T00:00:00Z", IN(1), IN(2), IN(3), IN(4), IN(5)),
            QUALIFIED},
    };

    (void)state;
    ROWS(rows);
}

static void promises_of_the_handshake_need_two_logs_in_all(void **state)
{
    static const struct ct_row rows[] = {
        {"two", .presented = {{1}, {2}}, QUALIFIED},
        {"one", .presented = {{1}}, MISSING},
        {"one of each kind", .embedded = {{1}}, .presented = {{2}}, QUALIFIED},
        {"both by one log", .embedded = {{1}}, .presented = {{1}}, MISSING},
        {"whatever the lifetime", .from = "2026-11-01T00:00:00Z", .to = "2029-11-01T00:00:00Z",
            .presented = {{1}, {2}}, QUALIFIED},
        {"stapled", .stapled = {{1}, {2}}, QUALIFIED},
        {"stapled and embedded", .embedded = {{1}}, .stapled = {{2}}, QUALIFIED},
        {"stapled and of the handshake", .presented = {{1}}, .stapled = {{2}}, QUALIFIED},
        {"one stapled", .stapled = {{1}}, MISSING},
        {"stapled for another certificate", .presented = {{1}}, .stapled = {{2}},
            .staple_of_another = true, MISSING},
        {"broken ones", .presented = {{1, .broken = true}, {2}}, INVALID},
    };

    (void)state;
    ROWS(rows);
}

static void a_promise_that_is_not_valid_counts_for_nothing(void **state)
{
    static const struct ct_row rows[] = {
        {"signature", .embedded = {{1}, {2, .broken = true}}, INVALID},
        {"hash of no log", .embedded = {{1}, {2, .hash = "SHA512"}}, INVALID},
        {"version", .embedded = {{1}, {2, .version_2 = true}}, INVALID},
        {"future", .embedded = {{1}, {2, .at = "2026-11-21T09:00:01Z"}}, INVALID},
        {"this very second", .embedded = {{1}, {2, .at = "2026-11-21T09:00:00Z"}}, QUALIFIED},
        {"unknown log", .embedded = {{1}, {2}}, .is = {{2, .unlisted = true}}, INVALID},
        {"pending log", .embedded = {{1}, {2}}, .is = {{2, .state = CT_LOG_PENDING}}, INVALID},
        {"rejected log", .embedded = {{1}, {2}}, .is = {{2, .state = CT_LOG_REJECTED}}, INVALID},
        {"frozen before", .embedded = {{1}, {2}}, .is = {{2, .frozen = "2026-11-20T08:59:59Z"}},
            INVALID},
        {"frozen after", .embedded = {{1}, {2}}, .is = {{2, .frozen = "2026-11-20T09:00:00Z"}},
            QUALIFIED},
        {"a shard of others", .embedded = {{1}, {2}}, .is = {{2, .from = "2027-07-01T00:00:00Z"}},
            INVALID},
        {"up to this expiry", .embedded = {{1}, {2}}, .is = {{2, .until = "2027-01-20T09:00:00Z"}},
            INVALID},
        {"and a second more", .embedded = {{1}, {2}}, .is = {{2, .until = "2027-01-20T09:00:01Z"}},
            QUALIFIED},
        {"others make up for it", .embedded = {{1}, {2, .broken = true}, {3}}, QUALIFIED},
    };

    (void)state;
    ROWS(rows);
}

static void a_retired_log_counts_for_what_it_embedded_before(void **state)
{
    static const struct ct_row rows[] = {
        {"beside a current one", .embedded = {{1}, {2}},
            .is = {{2, .expiry = "2026-11-21T00:00:00Z"}}, QUALIFIED},
        {"retired when it signed", .embedded = {{1}, {2}},
            .is = {{2, .expiry = "2026-11-20T09:00:00Z"}}, INVALID},
        {"retired when the other one signed", .embedded = {{1}, {2, .at = "2026-11-01T00:00:00Z"}},
            .is = {{2, .expiry = "2026-11-10T00:00:00Z"}}, INVALID},
        {"no current one", .embedded = {{1}, {2}},
            .is = {{1, .expiry = "2027-01-01T00:00:00Z"}, {2, .expiry = "2027-01-01T00:00:00Z"}},
            INVALID},
        {"never in the handshake", .presented = {{1}, {2}},
            .is = {{2, .expiry = "2027-01-01T00:00:00Z"}}, INVALID},
    };

    (void)state;
    ROWS(rows);
}

static void it_is_demanded_of_public_chains_for_servers_only(void **state)
{
    static const struct ct_row rows[] = {
        {"under a user's root", .anchors = ANCHORS_USER, .want = VERDICT_CT_MISSING},
        {"under an app's", .anchors = ANCHORS_CUSTOM, .want = VERDICT_CT_MISSING},
        {"under Apple's own", .root_is_apples = true, .want = VERDICT_CT_MISSING},
        {"under one of a named bundle", .named_bundle = true, .want = VERDICT_CT_MISSING},
        {"for no purpose", .policy = JUDGE_X509_BASIC, .want = VERDICT_CT_MISSING},
        {"by the web's rules", .policy = JUDGE_WEBPKI, .want = VERDICT_CT_MISSING},
        {"switched off", .ct = CT_NOT_ENFORCED, .want = VERDICT_CT_MISSING},
        {"enforced whatever the anchor is", .ct = CT_ENFORCED, .anchors = ANCHORS_CUSTOM, MISSING},
        {"issued before", .from = "2018-10-15T23:59:59Z", .to = "2019-10-01T00:00:00Z",
            .at = "2018-12-01T00:00:00Z", .want = VERDICT_CT_MISSING},
        {"issued from", .from = "2018-10-16T00:00:00Z", .to = "2019-10-01T00:00:00Z",
            .at = "2018-12-01T00:00:00Z", MISSING},
        {"expired", .to = "2026-11-01T00:00:00Z", .want = VERDICT_CT_MISSING},
        {"not begun", .from = "2026-11-22T00:00:00Z", .to = "2026-12-22T00:00:00Z",
            .want = VERDICT_CT_MISSING},
        {"without a list of logs", .no_logs = true, .want = VERDICT_CT_NOT_JUDGED},
    };

    (void)state;
    ROWS(rows);
}

static void an_old_list_cannot_tell_of_logs_it_does_not_know(void **state)
{
    static const struct ct_row rows[] = {
        {"unknown", .list_is_old = true, .embedded = {{1}, {2}}, .is = {{2, .unlisted = true}},
            .want = VERDICT_CT_CANNOT_TELL},
        {"both unknown", .list_is_old = true, .embedded = {{1}, {2}},
            .is = {{1, .unlisted = true}, {2, .unlisted = true}}, .want = VERDICT_CT_CANNOT_TELL},
        {"pending then", .list_is_old = true, .embedded = {{1}, {2}},
            .is = {{2, .state = CT_LOG_PENDING}}, .want = VERDICT_CT_CANNOT_TELL},
        {"known ones are enough", .list_is_old = true, .embedded = {{1}, {2}, {3}},
            .is = {{3, .unlisted = true}}, QUALIFIED},
        {"too few even if it counted", .list_is_old = true, .embedded = {{1}},
            .is = {{1, .unlisted = true}}, INVALID},
        {"from the future", .list_is_old = true,
            .embedded = {{1}, {2, .at = "2027-01-01T00:00:00Z"}}, .is = {{2, .unlisted = true}},
            INVALID},
        {"none at all fails at any age", .list_is_old = true, MISSING},
        {"a list of sixty days knows", .list_is_old = true, .from = "2026-02-01T00:00:00Z",
            .to = "2026-04-01T00:00:00Z", .at = "2026-03-02T00:00:00Z",
            .embedded = {{1, .at = "2026-02-01T00:00:00Z"}, {2, .at = "2026-02-01T00:00:00Z"}},
            .is = {{2, .unlisted = true}}, INVALID},
        {"a day later it does not", .list_is_old = true, .from = "2026-02-01T00:00:00Z",
            .to = "2026-04-01T00:00:00Z", .at = "2026-03-03T00:00:00Z",
            .embedded = {{1, .at = "2026-02-01T00:00:00Z"}, {2, .at = "2026-02-01T00:00:00Z"}},
            .is = {{2, .unlisted = true}}, .want = VERDICT_CT_CANNOT_TELL},
        {"rejected later than it is judged", .embedded = {{1}, {2}},
            .is = {{2, .state = CT_LOG_REJECTED, .since = "2027-01-01T00:00:00Z"}},
            .want = VERDICT_CT_CANNOT_TELL},
    };

    (void)state;
    ROWS(rows);
}

static void the_detail_names_what_came_and_what_became_of_it(void **state)
{
    static const struct ct_row none = {"", .embedded = {{0}}},
                               some = {"", .embedded = {{1, .broken = true}, {2}}};
    struct verdict v;

    (void)state;
    row_judge(&none, &v);
    assert_non_null(strstr(v.checks[0].detail, "2 logs must have promised it; neither"));
    assert_string_equal(v.causes[0], "ct-missing");
    assert_int_equal(v.osstatus, -67825);
    assert_int_equal(v.class, CLASS_COMPLIANCE);
    verdict_fini(&v);
    row_judge(&some, &v);
    assert_non_null(strstr(v.checks[0].detail, "2 SCTs came: embedded, log "));
    assert_non_null(strstr(v.checks[0].detail, ": wrong signature; embedded, log "));
    assert_int_equal(v.n_scts, 2);
    verdict_fini(&v);
}

static void more_promises_than_a_certificate_may_have_end_soon(void **state)
{
    struct mint_promise many[MINT_SCTS_MOST];
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);

    (void)state;
    for (size_t i = 0; i < MINT_SCTS_MOST - 1; i++)
        many[i] = (struct mint_promise){
            .log = logs[i % LOGS], .broken_signature = true, .at = MINT_AT - 1 - (int64_t)i};
    many[MINT_SCTS_MOST - 1] = (struct mint_promise){0};
    struct mint *leaf = mint_promised(
        &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, root, many);
    struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = mint_chain(root, NULL);
    struct roots *roots = roots_from_chain(anchors, "mozilla");
    struct ct_row row = {0};
    struct ct_logs *ct_logs = list_of(&row);
    struct verdict v = {0};

    judge_chain(&(struct judge_case){.chain = chain,
                    .host = "shop.example",
                    .at = MINT_AT,
                    .roots = roots,
                    .ct_logs = ct_logs},
        &v);
    assert_int_equal(v.ct, VERDICT_CT_INVALID);
    verdict_fini(&v);
    ct_logs_unref(ct_logs);
    roots_unref(roots);
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedded_promises_are_counted_by_lifetime),
        cmocka_unit_test(older_certificates_are_counted_in_months),
        cmocka_unit_test(promises_of_the_handshake_need_two_logs_in_all),
        cmocka_unit_test(a_promise_that_is_not_valid_counts_for_nothing),
        cmocka_unit_test(a_retired_log_counts_for_what_it_embedded_before),
        cmocka_unit_test(it_is_demanded_of_public_chains_for_servers_only),
        cmocka_unit_test(an_old_list_cannot_tell_of_logs_it_does_not_know),
        cmocka_unit_test(the_detail_names_what_came_and_what_became_of_it),
        cmocka_unit_test(more_promises_than_a_certificate_may_have_end_soon),
    };

    return cmocka_run_group_tests(tests, logs_make, logs_free);
}
