#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "retry.h"

static struct leg_facts alerted(uint8_t number, bool from_client)
{
    return (struct leg_facts){
        .alert = {.seen = true, .fatal = true, .number = number, .from_client = from_client}};
}

static void only_refusals_of_the_offer_are_asked_again(void **state)
{
    static const struct {
        struct leg_facts first;
        bool may, goes_on;
    } cases[] = {
        {.first = {.eof = true}, .may = true, .goes_on = true},
        {.first = {.eof = true, .server_hello = true}, .may = false, .goes_on = true},
        {.first = {.eof = true, .not_tls = true}, .may = false, .goes_on = true},
        {.first = {.eof = false}, .may = false, .goes_on = true},
    };
    static const uint8_t about_the_offer[] = {10, 40, 47, 50, 70, 71};
    static const uint8_t others[] = {42, 46, 48, 80, 86, 112, 116, 120};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(retry_may_tell(&cases[i].first), cases[i].may);
        assert_int_equal(retry_goes_on(RETRY_WIDE, &cases[i].first), cases[i].goes_on);
        assert_false(retry_goes_on(RETRY_OTHER_NAME, &cases[i].first));
    }
    for (size_t i = 0; i < sizeof about_the_offer; i++) {
        struct leg_facts theirs = alerted(about_the_offer[i], false);
        struct leg_facts ours = alerted(about_the_offer[i], true);

        assert_true(retry_may_tell(&theirs));
        assert_false(retry_goes_on(RETRY_WIDE, &theirs));
        assert_false(retry_may_tell(&ours));
    }
    for (size_t i = 0; i < sizeof others; i++) {
        struct leg_facts theirs = alerted(others[i], false);

        assert_false(retry_may_tell(&theirs));
    }
}

static void what_was_taken_tells_what_was_lacking(void **state)
{
    static const char *ciphers[] = {
        "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"};
    static const char *groups[] = {"x25519", "secp256r1"};
    static const struct {
        const char *version, *cipher, *group, *newest;
        bool certificate;
        const char *what, *found;
    } cases[] = {
        {"", "", "", "TLSv1.3", false, "nothing", NULL},
        {"TLSv1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", "", "TLSv1.3", true, "version", "TLSv1.0"},
        {"TLSv1.2", "TLS_RSA_WITH_RC4_128_SHA", "", "TLSv1.3", true, "cipher",
            "TLS_RSA_WITH_RC4_128_SHA"},
        {"TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "brainpoolP256r1", "TLSv1.3", true,
            "group", "brainpoolP256r1"},
        {"TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "X25519", "TLSv1.3", true,
            "newer-version", "TLSv1.2"},
        {"TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "X25519", "TLSv1.2", true, "works",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct leg_facts second = {.certificate = cases[i].certificate};
        struct flow_hello offer = {
            .ciphers = {ciphers, 2}, .groups = {groups, 2}, .max_version = cases[i].newest};

        strcpy(second.version, cases[i].version);
        strcpy(second.cipher, cases[i].cipher);
        strcpy(second.group, cases[i].group);
        struct retry_finding got = retry_read(RETRY_WIDE, &offer, &second);
        assert_string_equal(got.what, cases[i].what);
        if (cases[i].found)
            assert_string_equal(got.found, cases[i].found);
        else
            assert_null(got.found);
    }
}

static void any_answer_to_another_name_is_one(void **state)
{
    struct flow_hello offer = {0};
    struct leg_facts answered = {.server_hello = true}, refused = alerted(112, false),
                     cut = {.eof = true};

    (void)state;
    assert_string_equal(retry_read(RETRY_OTHER_NAME, &offer, &answered).what, "name");
    assert_string_equal(retry_read(RETRY_OTHER_NAME, &offer, &refused).what, "name");
    assert_string_equal(retry_read(RETRY_OTHER_NAME, &offer, &cut).what, "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_refusals_of_the_offer_are_asked_again),
        cmocka_unit_test(what_was_taken_tells_what_was_lacking),
        cmocka_unit_test(any_answer_to_another_name_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
