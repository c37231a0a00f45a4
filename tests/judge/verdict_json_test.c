#include "trial.h"

#include "base/json_out.h"

static char *json_of(const struct trial *t)
{
    struct verdict v;
    struct text to = {0};
    struct json_out out;

    trial_run(t, &v);
    json_init(&out, &to);
    json_object(&out);
    verdict_write_json(&v, &out);
    json_object_end(&out);
    verdict_fini(&v);
    return text_give(&to);
}

static void a_rejection_is_written_as_the_contract_says(void **state)
{
    char *json = json_of(&(struct trial){.leaf.not_after = MINT_AT - 3 * MINT_DAY});

    (void)state;
    assert_non_null(strstr(json,
        "{\"verdict\":\"reject\",\"anchors_are\":\"system\",\"class\":\"Expired\","
        "\"text\":\"“shop.example” certificate is expired\",\"osstatus\":-67818,"
        "\"osstatus_name\":\"errSecCertificateExpired\",\"nsurlerror\":-1202,\"overridable\":true,"
        "\"checks\":[{\"check\":\"TemporalValidity\",\"cert\":0,\"osstatus\":-67818,\"detail\":"
        "\""));
    assert_non_null(strstr(json, "\"causes\":[\"cert-expired-leaf\"]"));
    assert_non_null(strstr(json, "\"openssl\":{\"accept\":false,\"code\":10,\"depth\":0,"));
    mem_free(json);
}

static void an_acceptance_has_null_for_what_it_lacks(void **state)
{
    char *json = json_of(&(struct trial){.anchors = ANCHORS_USER});

    (void)state;
    assert_non_null(strstr(json, "{\"verdict\":\"accept\",\"anchors_are\":\"user\",\"class\":null,"
                                 "\"text\":null,\"osstatus\":null,"
                                 "\"osstatus_name\":null,\"nsurlerror\":null,\"overridable\":false,"
                                 "\"checks\":[],\"path\":[\""));
    mem_free(json);
}

static void no_chain_is_an_error_with_words(void **state)
{
    struct verdict v = {0};
    struct judge_case c = {.host = "x"};
    struct text to = {0};
    struct json_out out;

    (void)state;
    judge_chain(&c, &v);
    json_init(&out, &to);
    json_object(&out);
    verdict_write_json(&v, &out);
    json_object_end(&out);
    assert_string_equal(text_str(&to), "{\"verdict\":\"error\",\"anchors_are\":\"system\","
                                       "\"error\":\"there is no certificate to judge\"}");
    text_fini(&to);
    verdict_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rejection_is_written_as_the_contract_says),
        cmocka_unit_test(an_acceptance_has_null_for_what_it_lacks),
        cmocka_unit_test(no_chain_is_an_error_with_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
