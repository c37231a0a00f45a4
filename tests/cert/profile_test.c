#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <plist/plist.h>

#include "base/text.h"

#include "ca.h"
#include "profile.h"

enum { NOW_S = 1795165200 };

static char *string_of(plist_t dict, const char *key)
{
    char *value = NULL;

    plist_get_string_val(plist_dict_get_item(dict, key), &value);
    assert_non_null(value);
    return value;
}

static void assert_text(plist_t dict, const char *key, const char *want)
{
    char *value = string_of(dict, key);

    assert_string_equal(value, want);
    free(value);
}

static void the_profile_holds_the_root_and_nothing_secret(void **state)
{
    struct err e = {0};
    struct text out = {0};
    struct ca *ca = ca_new_in_memory(NOW_S, &e);
    plist_t profile = NULL;
    char *content = NULL;
    uint64_t len = 0;
    size_t der_len = 0;

    (void)state;
    assert_true(profile_write(ca, &out, &e));
    plist_from_xml(text_str(&out), (uint32_t)out.len, &profile);
    assert_non_null(profile);
    assert_text(profile, "PayloadType", "Configuration");
    assert_text(profile, "PayloadDisplayName", ca_name(ca));
    plist_t payloads = plist_dict_get_item(profile, "PayloadContent");
    assert_int_equal(plist_array_get_size(payloads), 1);
    plist_t root = plist_array_get_item(payloads, 0);
    assert_text(root, "PayloadType", "com.apple.security.root");
    plist_get_data_val(plist_dict_get_item(root, "PayloadContent"), &content, &len);
    const uint8_t *der = ca_der(ca, &der_len);
    assert_int_equal(len, der_len);
    assert_memory_equal(content, der, der_len);
    char *outer = string_of(profile, "PayloadUUID"), *inner = string_of(root, "PayloadUUID");
    assert_int_equal(strlen(outer), 36);
    assert_string_not_equal(outer, inner);
    assert_null(strstr(text_str(&out), "PRIVATE KEY"));
    free(outer);
    free(inner);
    free(content);
    plist_free(profile);
    text_fini(&out);
    ca_free(ca);
}

static void the_same_root_gives_the_same_profile_and_another_another(void **state)
{
    struct err e = {0};
    struct text a = {0}, b = {0}, c = {0};
    struct ca *ca = ca_new_in_memory(NOW_S, &e), *other = ca_new_in_memory(NOW_S, &e);

    (void)state;
    assert_true(
        profile_write(ca, &a, &e) && profile_write(ca, &b, &e) && profile_write(other, &c, &e));
    assert_string_equal(text_str(&a), text_str(&b));
    assert_string_not_equal(text_str(&a), text_str(&c));
    text_fini(&a);
    text_fini(&b);
    text_fini(&c);
    ca_free(ca);
    ca_free(other);
}

static plist_t profile_of(const struct ca *ca)
{
    struct err e = {0};
    struct text out = {0};
    plist_t profile = NULL;

    assert_true(profile_write(ca, &out, &e));
    plist_from_xml(text_str(&out), (uint32_t)out.len, &profile);
    assert_non_null(profile);
    text_fini(&out);
    return profile;
}

static size_t n_payloads(plist_t profile)
{
    return plist_array_get_size(plist_dict_get_item(profile, "PayloadContent"));
}

static void a_renewed_root_comes_with_the_one_before_in_the_same_profile(void **state)
{
    char dir[] = "/tmp/whytls-profile-XXXXXX", command[64];
    struct err e = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    struct ca *old = ca_open(dir, NOW_S, NULL, &e);
    ca_free(ca_renew(dir, NOW_S + 3600, true, &e));
    struct ca *young = ca_open(dir, NOW_S + 7200, NULL, &e);
    plist_t before = profile_of(old), after = profile_of(young);
    char *first = string_of(before, "PayloadUUID"), *second = string_of(after, "PayloadUUID");
    assert_string_equal(first, second);
    assert_int_equal(n_payloads(before), 1);
    assert_int_equal(n_payloads(after), 2);
    free(first);
    free(second);
    plist_free(before);
    plist_free(after);
    ca_free(old);
    ca_free(young);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_profile_holds_the_root_and_nothing_secret),
        cmocka_unit_test(the_same_root_gives_the_same_profile_and_another_another),
        cmocka_unit_test(a_renewed_root_comes_with_the_one_before_in_the_same_profile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
