#include "trial.h"

#include "base/json_out.h"

static void a_path_that_was_turned_down_is_told_with_the_reason(void **state)
{
    struct mint *old = mint_make(
        &(struct mint_spec){.cn = "Old Root", .ca = true, .not_after = MINT_AT - 1}, NULL);
    struct mint *new = mint_make(&(struct mint_spec){.cn = "New Root", .ca = true}, NULL);
    struct mint *by_old = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, old);
    struct mint *by_new =
        mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = by_old}, new);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, by_old);
    struct cert_chain *chain = mint_chain(leaf, by_old, by_new, NULL),
                      *anchors = mint_chain(old, new, NULL);
    struct judge_case c = {
        .chain = chain, .at = MINT_AT, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};
    struct verdict v = {0};

    (void)state;
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_detours, 1);
    assert_int_equal(v.detours[0].n, 3);
    assert_string_equal(v.detours[0].sha256[2], old->cert->sha256_hex);
    assert_non_null(strstr(v.detours[0].why, "TemporalValidity of “Old Root”: notAfter"));
    verdict_fini(&v);
    cert_chain_free(chain);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(by_new);
    mint_free(by_old);
    mint_free(new);
    mint_free(old);
}

/* Of several faults the one that iOS would speak of, as in a verdict. */
static void the_reason_is_the_fault_that_would_have_decided(void **state)
{
    struct mint *old = mint_make(
        &(struct mint_spec){.cn = "Old", .ca = true, .not_after = MINT_AT - 1, .key = MINT_RSA1024},
        NULL);
    struct mint *new = mint_make(&(struct mint_spec){.cn = "New", .ca = true}, NULL);
    struct mint *by_old = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, old);
    struct mint *by_new =
        mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = by_old}, new);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf", .eku = "clientAuth"}, by_old);
    struct cert_chain *chain = mint_chain(leaf, by_old, by_new, NULL),
                      *anchors = mint_chain(old, new, NULL);
    struct judge_case c = {
        .chain = chain, .at = MINT_AT, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};
    struct verdict v = {0};

    (void)state;
    judge_chain(&c, &v);
    assert_int_equal(v.n_detours, 1);
    assert_non_null(strstr(v.detours[0].why, "KeySize of “Old”: its key is RSA-1024"));
    verdict_fini(&v);
    cert_chain_free(chain);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(by_new);
    mint_free(by_old);
    mint_free(new);
    mint_free(old);
}

/* Twelve cross-signs, each by a root that has run out. */
static void of_many_the_first_few_are_told(void **state)
{
    struct mint *ca = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ca);
    struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = cert_chain_new();
    struct judge_case c = {
        .chain = chain, .at = MINT_AT, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};
    struct verdict v = {0};

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        char name[] = {'R', (char)('a' + i), 0};
        struct mint *root =
            mint_make(&(struct mint_spec){.cn = name, .ca = true, .not_after = MINT_AT - 1}, NULL);
        struct mint *cross =
            mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = ca}, root);

        cert_chain_push(chain, cross->cert);
        cert_chain_push(anchors, root->cert);
        mint_free(cross);
        mint_free(root);
    }
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_REJECT);
    assert_int_equal(v.n_detours, VERDICT_DETOURS_MOST);
    verdict_fini(&v);
    cert_chain_free(chain);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(ca);
}

static void they_stand_in_the_verdicts_json(void **state)
{
    char *path[] = {mem_text("ab"), mem_text("cd")};
    struct verdict v = {.answer = VERDICT_ACCEPT,
        .trusted_by = "neither",
        .detours = {{.sha256 = path, .n = 2, .why = mem_text("“Old” expired")}},
        .n_detours = 1};
    struct text to = {0};
    struct json_out out;

    (void)state;
    json_init(&out, &to);
    json_object(&out);
    verdict_write_json(&v, &out);
    json_object_end(&out);
    assert_non_null(strstr(
        text_str(&to), "\"detours\":[{\"path\":[\"ab\",\"cd\"],\"why\":\"“Old” expired\"}]"));
    text_fini(&to);
    mem_free(v.detours[0].why);
    mem_free(path[0]);
    mem_free(path[1]);
}

static void a_chain_with_one_path_has_none(void **state)
{
    struct trial t = {0};
    struct verdict v;

    (void)state;
    trial_run(&t, &v);
    assert_int_equal(v.n_detours, 0);
    verdict_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_that_was_turned_down_is_told_with_the_reason),
        cmocka_unit_test(the_reason_is_the_fault_that_would_have_decided),
        cmocka_unit_test(of_many_the_first_few_are_told),
        cmocka_unit_test(they_stand_in_the_verdicts_json),
        cmocka_unit_test(a_chain_with_one_path_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
