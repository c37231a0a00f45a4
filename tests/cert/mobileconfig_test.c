#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <plist/plist.h>

#include "base/mem.h"
#include "base/text.h"

#include "mint_chain.h"
#include "mobileconfig.h"

#define HEAD(type, id)                                                                             \
    "<key>PayloadType</key><string>" type "</string><key>PayloadVersion</key><integer>1</integer>" \
    "<key>PayloadIdentifier</key><string>" id "</string>"                                          \
    "<key>PayloadUUID</key><string>uuid of " id "</string>"
#define LIST(inside) "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>" inside "</dict></plist>"
#define PROFILE(payloads)                                                                          \
    LIST(HEAD("Configuration", "example.profile") "<key>PayloadDisplayName</key>"                  \
                                                  "<string>Example</string>"                       \
                                                  "<key>PayloadContent</key><array>" payloads      \
                                                  "</array>")
#define PAYLOAD(type, id, content)                                                                 \
    "<dict>" HEAD(type, id) "<key>PayloadContent</key>" content "</dict>"

static struct mint *root, *signer;

static int build(void **state)
{
    (void)state;
    root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    signer = mint_make(&(struct mint_spec){.cn = "Signer"}, root);
    return 0;
}

static int tear(void **state)
{
    (void)state;
    mint_free(root);
    mint_free(signer);
    return 0;
}

static struct cert_span span(const char *text)
{
    return (struct cert_span){(const uint8_t *)text, strlen(text)};
}

static struct mobileconfig *read_good(struct cert_span bytes)
{
    struct err e = {0};
    struct mobileconfig *m = mobileconfig_read(bytes, &e);

    if (!m)
        fail_msg("%s", e.text);
    return m;
}

static const char several[] = PROFILE(PAYLOAD("com.apple.security.root", "root",
    "<data>cm9vdA==</data>") PAYLOAD("com.apple.security.pkcs1", "ca", "<data>\n\tY2E=\n\t</data>")
        PAYLOAD("com.apple.security.pem", "pem", "<data>cGVt</data>")
            PAYLOAD("com.apple.security.pkcs12", "id",
                "<data>aWQ=</data><key>Password</key><string>secret</string>")
                PAYLOAD("com.apple.wifi.managed", "wifi",
                    "<data>eA==</data><key>Password</key><string>wlan</string>"));

static void assert_several(const struct mobileconfig *m)
{
    static const struct {
        enum mobileconfig_payload_type kind;
        const char *identifier, *content, *password;
    } rows[] = {
        {PAYLOAD_ROOT, "root", "root", NULL},
        {PAYLOAD_PKCS1, "ca", "ca", NULL},
        {PAYLOAD_PEM, "pem", "pem", NULL},
        {PAYLOAD_PKCS12, "id", "id", "secret"},
        {PAYLOAD_OTHER, "wifi", NULL, NULL},
    };

    assert_string_equal(m->type, "Configuration");
    assert_string_equal(m->name, "Example");
    assert_string_equal(m->identifier, "example.profile");
    assert_string_equal(m->uuid, "uuid of example.profile");
    assert_null(m->organization);
    assert_true(m->has_version && m->has_payloads);
    assert_true(m->removal_s == INT64_MIN);
    assert_int_equal(m->n_payloads, sizeof(rows) / sizeof(rows[0]));
    assert_int_equal(m->n_cut, 0);
    for (size_t n = 0; n < m->n_payloads; n++) {
        const struct mobileconfig_payload *p = &m->payloads[n];

        assert_int_equal(p->kind, rows[n].kind);
        assert_string_equal(p->identifier, rows[n].identifier);
        assert_true(p->has_version);
        assert_int_equal(p->content.len, rows[n].content ? strlen(rows[n].content) : 0);
        if (rows[n].content)
            assert_memory_equal(p->content.at, rows[n].content, p->content.len);
        assert_true(!p->password == !rows[n].password);
        if (p->password)
            assert_string_equal(p->password, rows[n].password);
    }
}

static void xml_is_read_with_all_its_payloads(void **state)
{
    struct mobileconfig *m = read_good(span(several));

    (void)state;
    assert_false(m->is_binary);
    assert_int_equal(m->signature, SIGNATURE_NONE);
    assert_int_equal(m->signers->n, 0);
    assert_several(m);
    mobileconfig_free(m);
    mobileconfig_free(NULL);
}

static struct cert_span binary_of(const char *xml)
{
    plist_t list = NULL;
    char *bytes = NULL;
    uint32_t len = 0;

    plist_from_xml(xml, (uint32_t)strlen(xml), &list);
    assert_non_null(list);
    plist_to_bin(list, &bytes, &len);
    plist_free(list);
    return (struct cert_span){(uint8_t *)bytes, len};
}

static void binary_says_the_same(void **state)
{
    struct cert_span bytes = binary_of(several);
    struct mobileconfig *m = read_good(bytes);

    (void)state;
    assert_true(m->is_binary);
    assert_several(m);
    assert_true(mobileconfig_looks_like(bytes));
    mobileconfig_free(m);
    free((void *)(uintptr_t)bytes.at);
}

static struct cert_span encoded(CMS_ContentInfo *cms)
{
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);

    assert_true(len > 0);
    struct cert_span out = {mem_dup(der, (size_t)len), (size_t)len};

    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    return out;
}

static struct cert_span signed_by(struct cert_span bytes, unsigned flags)
{
    BIO *content = BIO_new_mem_buf(bytes.at, (int)bytes.len);
    STACK_OF(X509) *others = sk_X509_new_null();

    sk_X509_push(others, root->x509);
    CMS_ContentInfo *cms = CMS_sign(signer->x509, signer->key, others, content, CMS_BINARY | flags);

    assert_non_null(cms);
    sk_X509_free(others);
    BIO_free(content);
    return encoded(cms);
}

static void bytes_free(struct cert_span bytes)
{
    mem_free((void *)(uintptr_t)bytes.at);
}

static void a_good_signature_tells_who_signed(void **state)
{
    struct cert_span binary = binary_of(several), insides[] = {span(several), binary};
    static const unsigned flags[] = {0, CMS_NOATTR};

    (void)state;
    for (size_t n = 0; n < 4; n++) {
        struct cert_span bytes = signed_by(insides[n / 2], flags[n % 2]);
        struct mobileconfig *m = read_good(bytes);

        assert_int_equal(m->signature, SIGNATURE_GOOD);
        assert_int_equal(m->signers->n, 2);
        assert_true(cert_same(m->signers->at[0], signer->cert));
        assert_true(cert_same(m->signers->at[1], root->cert));
        assert_several(m);
        assert_true(mobileconfig_looks_like(bytes));
        mobileconfig_free(m);
        bytes_free(bytes);
    }
    free((void *)(uintptr_t)binary.at);
}

static void one_that_was_changed_after_it_was_signed_is_read_and_told(void **state)
{
    static const unsigned flags[] = {0, CMS_NOATTR};

    (void)state;
    for (size_t n = 0; n < 2; n++) {
        struct cert_span bytes = signed_by(span(several), flags[n]);
        uint8_t *at = memmem(bytes.at, bytes.len, "Example", 7);

        assert_non_null(at);
        at[0] = 'Z';
        struct mobileconfig *m = read_good(bytes);

        assert_int_equal(m->signature, SIGNATURE_BROKEN);
        assert_string_equal(m->name, "Zxample");
        assert_true(cert_same(m->signers->at[0], signer->cert));
        mobileconfig_free(m);
        bytes_free(bytes);
    }
}

static void a_signature_without_its_certificate_is_none_to_rely_on(void **state)
{
    struct cert_span bytes = signed_by(span(several), CMS_NOCERTS);
    struct mobileconfig *m = read_good(bytes);

    (void)state;
    assert_int_equal(m->signature, SIGNATURE_BROKEN);
    for (size_t n = 0; n < m->signers->n; n++)
        assert_false(cert_same(m->signers->at[n], signer->cert));
    mobileconfig_free(m);
    bytes_free(bytes);
}

static CMS_ContentInfo *unsigned_message(struct cert_span inside)
{
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL);

    assert_non_null(cms);
    assert_int_equal(CMS_add1_cert(cms, signer->x509), 1);
    assert_int_equal(CMS_set_detached(cms, 0), 1);
    assert_int_equal(ASN1_OCTET_STRING_set(*CMS_get0_content(cms), inside.at, (int)inside.len), 1);
    return cms;
}

static void a_message_that_nobody_signed_is_not_signed(void **state)
{
    struct cert_span bytes = encoded(unsigned_message(span(several)));
    struct mobileconfig *m = read_good(bytes);

    (void)state;
    assert_int_equal(m->signature, SIGNATURE_NONE);
    assert_several(m);
    mobileconfig_free(m);
    bytes_free(bytes);
}

static void signers_without_end_are_refused(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        BIO *content = BIO_new_mem_buf(several, -1);
        CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, content, CMS_BINARY | CMS_PARTIAL);
        struct err e = {0};

        for (int n = 0; n < MOBILECONFIG_SIGNERS_MOST + over; n++)
            assert_non_null(
                CMS_add1_signer(cms, signer->x509, signer->key, NULL, CMS_BINARY | CMS_NOCERTS));
        assert_int_equal(CMS_add1_cert(cms, signer->x509), 1);
        assert_int_equal(CMS_final(cms, content, NULL, CMS_BINARY), 1);
        struct cert_span bytes = encoded(cms);
        struct mobileconfig *m = mobileconfig_read(bytes, &e);

        if (over)
            assert_non_null(strstr(e.text, "signers"));
        else
            assert_int_equal(m->signature, SIGNATURE_GOOD);
        mobileconfig_free(m);
        BIO_free(content);
        bytes_free(bytes);
    }
}

static void messages_that_hold_no_profile_are_refused(void **state)
{
    BIO *content = BIO_new_mem_buf(several, -1);
    const struct {
        struct cert_span bytes;
        const char *detail;
    } rows[] = {
        {signed_by(span(several), CMS_DETACHED), "without the profile"},
        {signed_by(span("hello"), 0), "no configuration profile"},
        {signed_by(span(""), 0), "no configuration profile"},
        {encoded(CMS_data_create(content, CMS_BINARY)), "not signed"},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct err e = {0};

        assert_null(mobileconfig_read(rows[n].bytes, &e));
        if (!strstr(e.text, rows[n].detail))
            fail_msg("row %zu: %s", n, e.text);
        bytes_free(rows[n].bytes);
    }
    BIO_free(content);
}

static void one_for_one_device_is_told_as_such(void **state)
{
    static const char xml[] =
        LIST(HEAD("Configuration", "x") "<key>EncryptedPayloadContent</key><data>eA==</data>");
    struct mobileconfig *m = read_good(span(xml));
    STACK_OF(X509) *to = sk_X509_new_null();
    BIO *content = BIO_new_mem_buf(several, -1);

    (void)state;
    assert_true(m->is_encrypted);
    assert_false(m->has_payloads);
    mobileconfig_free(m);
    sk_X509_push(to, signer->x509);
    struct cert_span bytes = encoded(CMS_encrypt(to, content, EVP_aes_256_cbc(), CMS_BINARY));

    m = read_good(bytes);
    assert_true(m->is_encrypted);
    assert_int_equal(m->n_payloads, 0);
    assert_null(m->type);
    mobileconfig_free(m);
    sk_X509_free(to);
    BIO_free(content);
    bytes_free(bytes);
}

static void what_is_missing_or_of_another_type_is_absent(void **state)
{
    static const char xml[] =
        LIST("<key>PayloadType</key><integer>7</integer>"
             "<key>PayloadVersion</key><string>1</string>"
             "<key>PayloadDisplayName</key><data>eA==</data>"
             "<key>RemovalDate</key><string>2027-01-01</string>"
             "<key>PayloadContent</key><array>"
             "<dict><key>PayloadContent</key><data>eA==</data></dict>"
             "<string>no dictionary</string>"
             "<dict><key>PayloadType</key><string>com.apple.security.root</string>"
             "<key>PayloadVersion</key><integer>2</integer>"
             "<key>PayloadContent</key><string>no data</string></dict>"
             "<dict><key>PayloadType</key><string>com.apple.security.root</string>"
             "<key>PayloadContent</key><data></data></dict>"
             "<dict><key>PayloadType</key><string>com.apple.security.root</string></dict>"
             "</array>");
    struct mobileconfig *m = read_good(span(xml));

    (void)state;
    assert_true(!m->type && !m->name && !m->identifier && !m->uuid);
    assert_false(m->has_version);
    assert_true(m->removal_s == INT64_MIN);
    assert_int_equal(m->n_payloads, 5);
    for (size_t n = 0; n < m->n_payloads; n++) {
        assert_int_equal(m->payloads[n].content.len, 0);
        assert_false(m->payloads[n].has_version);
        assert_int_equal(m->payloads[n].kind, n < 2 ? PAYLOAD_OTHER : PAYLOAD_ROOT);
        assert_true(!m->payloads[n].type == (n < 2));
    }
    mobileconfig_free(m);
}

static void payload_content_that_is_no_list_is_none(void **state)
{
    struct mobileconfig *m =
        read_good(span(LIST(HEAD("Configuration", "x") "<key>PayloadContent</key><dict></dict>")));

    (void)state;
    assert_false(m->has_payloads);
    assert_int_equal(m->n_payloads, 0);
    mobileconfig_free(m);
    m = read_good(span(LIST(HEAD("Configuration", "x"))));
    assert_false(m->has_payloads);
    mobileconfig_free(m);
    m = read_good(span(PROFILE("")));
    assert_true(m->has_payloads);
    assert_int_equal(m->n_payloads, 0);
    mobileconfig_free(m);
}

static void the_date_of_removal_is_read(void **state)
{
    static const struct {
        const char *date;
        int64_t at;
    } rows[] = {
        {"2026-11-21T09:00:00Z", INT64_C(1795251600)},
        {"2000-12-31T23:59:59Z", INT64_C(978307199)},
        {"2001-01-01T00:00:00Z", INT64_C(978307200)},
        {"1999-01-01T00:00:00Z", INT64_C(915148800)},
        {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
        {"2100-01-01T00:00:00Z", INT64_C(4102444800)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    };

    (void)state;
    for (size_t n = 0; n < 2 * sizeof(rows) / sizeof(rows[0]); n++) {
        char xml[256];

        snprintf(xml, sizeof(xml), LIST("<key>RemovalDate</key><date>%s</date>"), rows[n / 2].date);
        struct cert_span binary = binary_of(xml);
        struct mobileconfig *m = read_good(n % 2 ? binary : span(xml));

        if (m->removal_s != rows[n / 2].at)
            fail_msg(
                "%s%s: %lld", rows[n / 2].date, n % 2 ? ", binary" : "", (long long)m->removal_s);
        mobileconfig_free(m);
        free((void *)(uintptr_t)binary.at);
    }
}

static void payloads_beyond_the_limit_are_counted(void **state)
{
    struct text t = {0};

    (void)state;
    text_add(&t, "<plist><dict><key>PayloadContent</key><array>");
    for (int n = 0; n < MOBILECONFIG_PAYLOADS_MOST + 3; n++)
        text_add(&t, "<dict></dict>");
    text_add(&t, "</array></dict></plist>");
    struct mobileconfig *m = read_good(span(text_str(&t)));

    assert_int_equal(m->n_payloads, MOBILECONFIG_PAYLOADS_MOST);
    assert_int_equal(m->n_cut, 3);
    mobileconfig_free(m);
    text_fini(&t);
}

static void what_is_no_profile_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *bytes, *detail;
    } rows[] = {
        {"", "no configuration profile"},
        {"hello", "no configuration profile"},
        {"-----BEGIN CERTIFICATE-----\n", "no configuration profile"},
        {"<!doctype html><html>", "no configuration profile"},
        {"<plist><array></array></plist>", "no dictionary"},
        {"<plist><string>x</string></plist>", "no dictionary"},
        {"<plist></plist>", "cannot be read"},
        {"<?xml version=\"1.0\"?>", "cannot be read"},
        {"<plist><dict><key>a</key>", "cannot be read"},
        {"<plist><dict><key>PayloadType</key><string>x", "cannot be read"},
        {"bplist00", "cut short"},
        {"\x30\x80\x06", "a CMS message that cannot be read"},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct err e = {0};

        if (mobileconfig_read(span(rows[n].bytes), &e) || !strstr(e.text, rows[n].detail))
            fail_msg("%s: %s", rows[n].bytes, e.text);
    }
}

static void one_that_is_cut_short_is_refused(void **state)
{
    struct cert_span binary = binary_of(several), cms = signed_by(span(several), 0);
    struct cert_span whole[] = {span(several), binary, cms};

    (void)state;
    for (size_t n = 0; n < sizeof(whole) / sizeof(whole[0]); n++)
        for (size_t cut = 0; cut < 40; cut++) {
            size_t len = cut * (whole[n].len - sizeof("</dict></plist>")) / 39;
            uint8_t *bytes = mem_dup(whole[n].at, len ? len : 1);
            struct err e = {0};
            struct mobileconfig *m = mobileconfig_read((struct cert_span){bytes, len}, &e);

            if (m || !*e.text)
                fail_msg("form %zu, %zu bytes: read", n, len);
            mem_free(bytes);
        }
    free((void *)(uintptr_t)binary.at);
    bytes_free(cms);
}

static void bombs_are_refused(void **state)
{
    struct text deep = {0};
    struct err e = {0};
    uint8_t *large = mem_new(MOBILECONFIG_BYTES_MOST + 1);

    (void)state;
    text_add(&deep, "<plist>");
    for (int n = 0; n < 500000; n++)
        text_add(&deep, "<array>");
    assert_null(mobileconfig_read(span(text_str(&deep)), &e));
    assert_non_null(strstr(e.text, "more than"));
    struct cert_span cms = signed_by(span(text_str(&deep)), 0);

    assert_null(mobileconfig_read(cms, &e));
    memcpy(large, "<plist>", 7);
    assert_null(mobileconfig_read((struct cert_span){large, MOBILECONFIG_BYTES_MOST + 1}, &e));
    assert_non_null(strstr(e.text, "the limit"));
    bytes_free(cms);
    mem_free(large);
    text_fini(&deep);
}

static void it_is_recognised_by_its_beginning(void **state)
{
    static const struct {
        const char *bytes;
        bool is;
    } rows[] = {
        {"<?xml version", true},
        {"\xef\xbb\xbf<?xml", true},
        {"\r\n\t <!DOCTYPE plist", true},
        {"<plist>", true},
        {"bplist00", true},
        {"\x30\x82\x01\x01\x06\x09 … <plist", true},
        {"\x30\x82\x01\x01\x06\x09 … bplist00", true},
        {"\x30\x82\x01\x01\x06\x09 …", false},
        {"\x30\x82\x01\x01\x02\x01\x03 <plist", false},
        {"<!doctype html>", false},
        {"<", false},
        {"\xef\xbb\xbf", false},
        {"", false},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
        if (mobileconfig_looks_like(span(rows[n].bytes)) != rows[n].is)
            fail_msg("row %zu: %s", n, rows[n].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_is_read_with_all_its_payloads),
        cmocka_unit_test(binary_says_the_same),
        cmocka_unit_test(a_good_signature_tells_who_signed),
        cmocka_unit_test(one_that_was_changed_after_it_was_signed_is_read_and_told),
        cmocka_unit_test(a_signature_without_its_certificate_is_none_to_rely_on),
        cmocka_unit_test(a_message_that_nobody_signed_is_not_signed),
        cmocka_unit_test(signers_without_end_are_refused),
        cmocka_unit_test(messages_that_hold_no_profile_are_refused),
        cmocka_unit_test(one_for_one_device_is_told_as_such),
        cmocka_unit_test(what_is_missing_or_of_another_type_is_absent),
        cmocka_unit_test(payload_content_that_is_no_list_is_none),
        cmocka_unit_test(the_date_of_removal_is_read),
        cmocka_unit_test(payloads_beyond_the_limit_are_counted),
        cmocka_unit_test(what_is_no_profile_is_refused_with_a_reason),
        cmocka_unit_test(one_that_is_cut_short_is_refused),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(it_is_recognised_by_its_beginning),
    };

    return cmocka_run_group_tests(tests, build, tear);
}
