#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "base/mem.h"
#include "cert/chain.h"
#include "ct_log.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "lab.h"
#include "pki.h"
#include "trust/ct_logs.h"
#include "trust/roots.h"

enum { NOW_S = 1795165200 };

static struct cert_chain *chain_of(const struct pki_item *item)
{
    struct cert_chain *c = cert_chain_new();
    struct err e = {0};

    for (size_t i = 0; i < item->n_chain; i++) {
        unsigned char *der = NULL;
        int len = i2d_X509(item->chain[i], &der);

        assert_true(len > 0 && cert_chain_add(c, der, (size_t)len, &e));
        OPENSSL_free(der);
    }
    return c;
}

static struct ct_logs *logs_of(const struct pki *pki)
{
    struct ct_logs *logs = ct_logs_new();

    for (size_t i = 0; i < N_LAB_LOGS; i++) {
        struct lab_ct_log log;

        assert_true(pki_ct_log(pki, i, &log, NULL));
        assert_true(ct_logs_add(logs,
            &(struct ct_log_order){.key = log.key,
                .key_len = log.key_len,
                .name = log.name,
                .state = log.retired ? CT_LOG_RETIRED : CT_LOG_USABLE,
                .has_expiry = log.retired,
                .expiry = log.retired_s},
            NULL));
        mem_free(log.key);
    }
    return logs;
}

static void judge_item(const struct pki_item *item, const struct roots *roots,
    const struct ct_logs *logs, struct verdict *v)
{
    struct cert_chain *chain = chain_of(item);

    struct cert_span said = {item->ocsp, item->ocsp_len};
    struct judge_evidence evidence = {
        .ocsp = &said, .n_ocsp = item->ocsp != NULL, .n_stapled = item->ocsp != NULL};

    judge_chain(&(struct judge_case){.chain = chain,
                    .host = item->name,
                    .at = NOW_S,
                    .anchors_are = ANCHORS_SYSTEM,
                    .policy = JUDGE_TLS_SERVER,
                    .roots = roots,
                    .ct_logs = logs,
                    .evidence = &evidence},
        v);
    cert_chain_free(chain);
}

/* An iPhone accepts the chain: what is wrong shows in the handshake. */
static bool is_soft(const char *cause)
{
    static const char *const soft[] = {"ocsp-stale", "ocsp-unknown", "must-staple-missing",
        "chain-wrong-order", "cert-expiring-soon", "cross-sign-expired", "cn-not-in-san",
        "hostname-underscore", "san-oversize", "idn-spoof", "chain-unneeded-certs",
        "issuer-not-usable", "key-id-missing", "root-as-leaf", "odd-rsa-size", "debian-or-roca-key",
        "key-reused-public", "key-usage-leaf", "serial-abnormal", "duplicate-serial",
        "cert-unparsable", "misdirected-421", "early-data-rejected", "rate-limited"};

    for (size_t i = 0; i < sizeof soft / sizeof *soft; i++)
        if (strcmp(cause, soft[i]) == 0)
            return true;
    return false;
}

/* Of a purpose and of a broken hash iOS has a loose and a strict check: two checks, one fault. */
static size_t checks_of(const char *cause)
{
    static const char *const twice[] = {
        "eku-not-server", "eku-intermediate", "weak-signature-md5", "dsa-key", "rsa-pss-cert"};

    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
        if (strcmp(cause, twice[i]) == 0)
            return 2;
    return 1;
}

/* From the certificates alone; whose network the name is of they do not say. */
static const char *judged_as(const char *cause)
{
    static const struct {
        const char *cause, *judged_as;
    } rows[] = {{"private-root-not-installed", "untrusted-root"},
        {"chain-too-long", "signature-invalid"}, {"chain-hostile-dos", NULL},
        /* as far as the judge gets; and several faults */
        {"known-interception-root", "untrusted-root"},
        {"signature-algorithm-mismatch", "signature-invalid"},
        {"issuer-key-malformed", "signature-invalid"}, {"client-cert-on-server", NULL}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(cause, rows[i].cause) == 0)
            return rows[i].judged_as;
    return cause;
}

/* Made once: finding its RSA keys takes a second. */
static int made(void **state)
{
    struct err e = {0};

    *state = pki_make(NOW_S, &e);
    return *state ? 0 : -1;
}

static int unmade(void **state)
{
    pki_free(*state);
    return 0;
}

static void every_chain_has_its_one_fault_and_no_other(void **state)
{
    const struct pki *pki = *state;
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);
    struct cert_chain *anchor = chain_of(pki_find(pki, PKI_ROOT));
    struct roots *roots = roots_from_chain(anchor, "mozilla");
    struct ct_logs *logs = logs_of(pki);
    for (size_t i = 0; i < n; i++) {
        const struct pki_item *item = pki_find(pki, entries[i].host);
        struct verdict v = {0};

        if (!item || entries[i].beside || entries[i].before || entries[i].dns ||
            entries[i].way == WAY_QUIRK || strcmp(entries[i].protocol, "https") != 0)
            continue;
        judge_item(item, roots, logs, &v);
        bool is_address = entries[i].way == WAY_TLS12 && entries[i].cause;
        const char *cause = (entries[i].way == WAY_TLS || is_address) && entries[i].cause &&
                                    !is_soft(entries[i].cause)
                                ? entries[i].cause
                                : NULL;
        for (size_t k = 0; k < v.n_checks && (!cause || v.n_checks != checks_of(cause)); k++)
            print_message("%s: %s at %zu: %s\n", item->name, v.checks[k].check->name,
                v.checks[k].cert, v.checks[k].detail);
        assert_int_equal(v.answer, cause ? VERDICT_REJECT : VERDICT_ACCEPT);
        if (cause) {
            if (judged_as(cause)) {
                assert_string_equal(v.causes[0], judged_as(cause));
                assert_int_equal(v.n_checks, checks_of(cause));
            }
        }
        if (!cause)
            assert_int_equal(v.ct, VERDICT_CT_QUALIFIED);
        verdict_fini(&v);
    }
    ct_logs_unref(logs);
    roots_unref(roots);
    cert_chain_free(anchor);
}

static void the_left_out_issuer_is_what_heals_the_chain(void **state)
{
    const struct pki *pki = *state;
    struct cert_chain *anchor = chain_of(pki_find(pki, PKI_ROOT));
    struct roots *roots = roots_from_chain(anchor, "mozilla");
    struct ct_logs *logs = logs_of(pki);
    struct pki_item healed = *pki_find(pki, "missing-intermediate-aia.lab.test");
    struct verdict v = {0};

    assert_int_equal(healed.n_chain, 1);
    healed.chain[healed.n_chain++] = pki_find(pki, PKI_UNSENT)->chain[0];
    judge_item(&healed, roots, logs, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    verdict_fini(&v);
    ct_logs_unref(logs);
    roots_unref(roots);
    cert_chain_free(anchor);
}

static void no_key_of_a_ca_is_kept(void **state)
{
    const struct pki *pki = *state;

    assert_null(pki_find(pki, PKI_ROOT)->key);
    assert_null(pki_find(pki, PKI_UNSENT)->key);
    for (size_t i = 0; i < pki->n_items; i++)
        if (pki->items[i].key && strcmp(pki->items[i].name, "root-as-leaf.lab.test") != 0)
            assert_int_equal(X509_check_ca(pki->items[i].chain[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chain_has_its_one_fault_and_no_other),
        cmocka_unit_test(the_left_out_issuer_is_what_heals_the_chain),
        cmocka_unit_test(no_key_of_a_ca_is_kept),
    };

    return cmocka_run_group_tests(tests, made, unmade);
}
