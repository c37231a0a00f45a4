#include "identities.h"

#include "ends.h"

#include "cert/signer.h"
#include "identities_priv.h"
#include "support/mint_chain.h"

struct people {
    struct mint *root, *middle, *anna, *other_root, *bob;
};

static int people_make(void **state)
{
    static struct people p;

    p.root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    p.middle = mint_make(&(struct mint_spec){.cn = "Middle", .ca = true}, p.root);
    p.anna = mint_make(&(struct mint_spec){.cn = "anna", .eku = "clientAuth"}, p.middle);
    p.other_root = mint_make(&(struct mint_spec){.cn = "Other", .ca = true}, NULL);
    p.bob = mint_make(&(struct mint_spec){.cn = "bob", .eku = "clientAuth"}, p.other_root);
    *state = &p;
    return 0;
}

static int people_free(void **state)
{
    struct people *p = *state;

    mint_free(p->anna);
    mint_free(p->middle);
    mint_free(p->root);
    mint_free(p->bob);
    mint_free(p->other_root);
    return 0;
}

static bool take(struct identities *all, struct cert_chain *chain, EVP_PKEY *key, const char *hosts)
{
    struct signer signer = {.chain = chain, .key = key};
    struct err e = {0};

    EVP_PKEY_up_ref(key);
    bool good = identities_take(all, &signer, hosts, &e);
    assert_null(signer.chain); /* it is gone either way */
    assert_null(signer.key);
    return good;
}

static struct identities *both(const struct people *p)
{
    struct identities *all = identities_new();

    assert_true(
        take(all, mint_chain(p->anna, p->middle, p->root, NULL), p->anna->key, "*.example"));
    assert_true(take(all, mint_chain(p->bob, NULL), p->bob->key, "shop.example"));
    return all;
}

static STACK_OF(X509_NAME) * names(const struct mint *ca)
{
    STACK_OF(X509_NAME) *list = sk_X509_NAME_new_null();

    if (ca)
        sk_X509_NAME_push(list, X509_NAME_dup(X509_get_subject_name(ca->x509)));
    return list;
}

static void the_first_that_fits_host_and_ca_is_found(void **state)
{
    const struct people *p = *state;
    const struct {
        const char *host;
        const struct mint *accepted;
        const char *cn; /* NULL: none */
    } rows[] = {
        {"shop.example", NULL, "anna"},
        {"shop.example", p->root, "anna"}, /* two steps above it */
        {"shop.example", p->middle, "anna"},
        {"shop.example", p->other_root, "bob"},
        {"mail.example", p->other_root, NULL},
        {"shop.example", p->anna, NULL},
        {"shop.test", NULL, NULL},
    };
    struct identities *all = both(p);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        STACK_OF(X509_NAME) *accepted = names(rows[i].accepted);
        const struct identity_item *item = identities_find(all, rows[i].host, accepted);

        assert_int_equal(item != NULL, rows[i].cn != NULL);
        if (item)
            assert_string_equal(item->cert->subject.cn, rows[i].cn);
        sk_X509_NAME_pop_free(accepted, X509_NAME_free);
    }
    identities_free(all);
}

static void the_root_is_not_sent_along(void **state)
{
    struct identities *all = both(*state);

    assert_int_equal(sk_X509_num(identities_find(all, "a.example", NULL)->behind), 1);
    identities_free(all);
}

static void they_are_counted_by_host(void **state)
{
    struct identities *all = both(*state);

    assert_int_equal(identities_count(all), 2);
    assert_int_equal(identities_for(all, "shop.example"), 2);
    assert_int_equal(identities_for(all, "mail.example"), 1);
    assert_int_equal(identities_for(all, "shop.test"), 0);
    assert_int_equal(identities_count(NULL), 0);
    assert_int_equal(identities_for(NULL, "shop.example"), 0);
    assert_null(identities_find(NULL, "shop.example", NULL));
    identities_free(all);
    identities_free(NULL);
}

static void there_is_an_end_to_them(void **state)
{
    const struct people *p = *state;
    struct identities *all = identities_new();

    for (int i = 0; i < IDENTITIES_MOST; i++)
        assert_true(take(all, mint_chain(p->bob, NULL), p->bob->key, ""));
    assert_false(take(all, mint_chain(p->bob, NULL), p->bob->key, ""));
    assert_int_equal(identities_count(all), IDENTITIES_MOST);
    identities_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_fits_host_and_ca_is_found),
        cmocka_unit_test(the_root_is_not_sent_along),
        cmocka_unit_test(they_are_counted_by_host),
        cmocka_unit_test(there_is_an_end_to_them),
    };

    return cmocka_run_group_tests(tests, people_make, people_free);
}
