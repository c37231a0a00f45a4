#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ct.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "ct_log.h"
#include "issue.h"
#include "key.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

struct shop {
    struct ct_log_keys logs;
    EVP_PKEY *ca_key, *key;
    X509 *ca;
};

static int shop_open(void **state)
{
    static struct shop shop;
    struct recipe r;

    shop = (struct shop){.ca_key = key_make(KEY_P256, NULL), .key = key_make(KEY_P256, NULL)};
    recipe_of_ca(CA_ROOT, &r);
    shop.ca =
        issue_cert(&(struct issue_order){.recipe = &r, .key = shop.ca_key, .now_s = NOW_S}, NULL);
    *state = &shop;
    return shop.ca && ct_log_keys_make(&shop.logs, NULL) ? 0 : -1;
}

static int shop_close(void **state)
{
    struct shop *shop = *state;

    ct_log_keys_fini(&shop->logs);
    EVP_PKEY_free(shop->ca_key);
    EVP_PKEY_free(shop->key);
    X509_free(shop->ca);
    return 0;
}

static X509 *sell(struct shop *shop, const char *host)
{
    struct recipe r;

    recipe_of_site(host, &r);
    X509 *cert = issue_cert(&(struct issue_order){.recipe = &r,
                                .key = shop->key,
                                .issuer = shop->ca,
                                .issuer_key = shop->ca_key,
                                .now_s = NOW_S,
                                .logs = &shop->logs},
        NULL);
    assert_non_null(cert);
    assert_int_equal(X509_verify(cert, shop->ca_key), 1);
    return cert;
}

/* OpenSSL reads its list of logs from a file only. */
static CTLOG_STORE *store_of(const struct shop *shop)
{
    char path[] = "/tmp/whytls-lab-logs-XXXXXX";
    FILE *f = fdopen(mkstemp(path), "w");
    CTLOG_STORE *store = CTLOG_STORE_new();

    assert_true(f && store);
    fputs("enabled_logs=log0,log1,log2,log3\n", f);
    for (enum lab_log log = LOG_ONE; log < N_LAB_LOGS; log++) {
        unsigned char *der = NULL, base64[256];
        int len = i2d_PUBKEY(shop->logs.at[log], &der);

        assert_in_range(len, 1, 150);
        EVP_EncodeBlock(base64, der, len);
        fprintf(f, "[log%d]\ndescription=%s\nkey=%s\n", (int)log, ct_log_name(log), (char *)base64);
        OPENSSL_free(der);
    }
    fclose(f);
    assert_int_equal(CTLOG_STORE_load_file(store, path), 1);
    remove(path);
    return store;
}

/* OpenSSL's own opinion: how many of the embedded promises it finds valid. */
static int valid_promises(const struct shop *shop, X509 *cert, int *n)
{
    CT_POLICY_EVAL_CTX *ctx = CT_POLICY_EVAL_CTX_new();
    CTLOG_STORE *store = store_of(shop);
    STACK_OF(SCT) *list = X509_get_ext_d2i(cert, NID_ct_precert_scts, NULL, NULL);
    int valid = 0;

    assert_true(
        CT_POLICY_EVAL_CTX_set1_cert(ctx, cert) && CT_POLICY_EVAL_CTX_set1_issuer(ctx, shop->ca));
    CT_POLICY_EVAL_CTX_set_shared_CTLOG_STORE(ctx, store);
    CT_POLICY_EVAL_CTX_set_time(ctx, (uint64_t)NOW_S * 1000);
    *n = list ? sk_SCT_num(list) : 0;
    for (int i = 0; i < *n; i++) {
        SCT *sct = sk_SCT_value(list, i);

        assert_int_equal(SCT_set_log_entry_type(sct, CT_LOG_ENTRY_TYPE_PRECERT), 1);
        valid += SCT_validate(sct, ctx) == 1;
    }
    SCT_LIST_free(list);
    CTLOG_STORE_free(store);
    CT_POLICY_EVAL_CTX_free(ctx);
    return valid;
}

static void a_site_is_promised_to_all_logs_in_service(void **state)
{
    X509 *cert = sell(*state, "good.lab.test");
    int n;

    assert_int_equal(valid_promises(*state, cert, &n), 3);
    assert_int_equal(n, 3);
    X509_free(cert);
}

static void the_faults_are_none_and_two_that_do_not_count(void **state)
{
    X509 *missing = sell(*state, "ct-missing.lab.test"),
         *invalid = sell(*state, "ct-invalid.lab.test");
    int n;

    assert_int_equal(valid_promises(*state, missing, &n), 0);
    assert_int_equal(n, 0);
    /* OpenSSL knows no retired logs; the other's signature is wrong for it, too. */
    assert_int_equal(valid_promises(*state, invalid, &n), 1);
    assert_int_equal(n, 2);
    X509_free(missing);
    X509_free(invalid);
}

static void a_card_holds_the_log_s_key_and_its_name(void **state)
{
    struct shop *shop = *state;
    char name[64];

    for (enum lab_log log = LOG_ONE; log < N_LAB_LOGS; log++) {
        X509 *card = ct_log_card(&shop->logs, log, NOW_S, NULL);

        assert_non_null(card);
        assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(card), shop->logs.at[log]), 1);
        X509_NAME_get_text_by_NID(X509_get_subject_name(card), NID_commonName, name, sizeof name);
        assert_string_equal(name, ct_log_name(log));
        X509_free(card);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_is_promised_to_all_logs_in_service),
        cmocka_unit_test(the_faults_are_none_and_two_that_do_not_count),
        cmocka_unit_test(a_card_holds_the_log_s_key_and_its_name),
    };

    return cmocka_run_group_tests(tests, shop_open, shop_close);
}
