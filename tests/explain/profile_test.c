#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/mobileconfig.h"
#include "explain.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "mint_chain.h"
#include "mint_identity.h"
#include "trust/roots.h"

#define ROOT "com.apple.security.root"
#define PKCS1 "com.apple.security.pkcs1"
#define PEM "com.apple.security.pem"
#define PKCS12 "com.apple.security.pkcs12"

struct desk {
    struct clock clock;
    struct hooks *hooks;
    struct mint *root, *ca, *leaf, *signer, *switchless, *expired, *early;
    struct roots *roots; /* the root alone */
};

static int set_up(void **state)
{
    struct desk *d = mem_new(sizeof *d);

    clock_fake_init(&d->clock, MINT_AT * 1000);
    d->hooks = hooks_new();
    d->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    d->ca = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, d->root);
    d->leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, d->ca);
    d->signer = mint_make(&(struct mint_spec){.cn = "Signer", .eku = ""}, d->root);
    d->switchless = mint_make(
        &(struct mint_spec){.cn = "No CA", .ca = true, .no_basic_constraints = true}, NULL);
    d->expired =
        mint_make(&(struct mint_spec){.cn = "Old", .ca = true, .not_after = MINT_AT - 1}, NULL);
    d->early =
        mint_make(&(struct mint_spec){.cn = "New", .ca = true, .not_before = MINT_AT + 1}, NULL);
    struct cert_chain *trusted = mint_chain(d->root, NULL);
    d->roots = roots_from_chain(trusted, "custom");
    cert_chain_free(trusted);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *d = *state;

    hooks_free(d->hooks);
    mint_free(d->root);
    mint_free(d->ca);
    mint_free(d->leaf);
    mint_free(d->signer);
    mint_free(d->switchless);
    mint_free(d->expired);
    mint_free(d->early);
    roots_unref(d->roots);
    mem_free(d);
    return 0;
}

/* --- a profile, spelt out --- */

/* One payload; what is NULL is left out. */
struct part {
    const char *type, *identifier, *uuid, *version, *name, *password;
    struct cert_span content;
    bool no_content;
};

static void put(struct text *out, const char *key, const char *value)
{
    if (value)
        text_printf(out, "<key>%s</key><string>%s</string>", key, value);
}

static void put_data(struct text *out, struct cert_span content)
{
    text_add(out, "<key>PayloadContent</key><data>");
    text_add_base64(out, content.at, content.len);
    text_add(out, "</data>");
}

static void put_part(struct text *out, const struct part *p)
{
    text_add(out, "<dict>");
    put(out, "PayloadType", p->type);
    put(out, "PayloadIdentifier", p->identifier);
    put(out, "PayloadUUID", p->uuid);
    put(out, "PayloadDisplayName", p->name);
    put(out, "Password", p->password);
    if (p->version)
        text_printf(out, "<key>PayloadVersion</key><integer>%s</integer>", p->version);
    if (!p->no_content)
        put_data(out, p->content);
    text_add(out, "</dict>");
}

static const char head[] = "<key>PayloadType</key><string>Configuration</string>"
                           "<key>PayloadIdentifier</key><string>test.acme</string>"
                           "<key>PayloadUUID</key><string>UUID-0</string>"
                           "<key>PayloadVersion</key><integer>1</integer>"
                           "<key>PayloadDisplayName</key><string>Acme</string>"
                           "<key>PayloadOrganization</key><string>Acme GmbH</string>";

static void put_profile(struct text *out, const char *top, const struct part *parts, size_t n)
{
    text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict>");
    text_add(out, top);
    text_add(out, "<key>PayloadContent</key><array>");
    for (size_t i = 0; i < n; i++)
        put_part(out, &parts[i]);
    text_add(out, "</array></dict></plist>\n");
}

static struct cert_span der_of(const struct mint *m)
{
    struct cert_span der;

    der.at = mint_der(m, &der.len);
    return der;
}

static void bytes_free(struct cert_span bytes)
{
    mem_free((void *)(uintptr_t)bytes.at);
}

static struct part part_of(const char *type, struct cert_span content)
{
    return (struct part){.type = type,
        .identifier = "test.acme.one",
        .uuid = "UUID-1",
        .version = "1",
        .name = "One",
        .content = content};
}

static struct flow *told(struct desk *d, const struct roots *roots, const char *at, size_t len)
{
    struct explain_ask ask = {
        .at_s = INT64_MIN, .roots = roots, .hooks = d->hooks, .clock = &d->clock, .name = "test"};
    struct flow *f = NULL;
    struct err e = {0};

    if (!explain_profile(&ask, (const uint8_t *)at, len, &f, &e))
        fail_msg("%s", e.text);
    return f;
}

static struct flow *told_of(struct desk *d, const char *top, const struct part *parts, size_t n)
{
    struct text xml = {0};

    put_profile(&xml, top, parts, n);
    struct flow *f = told(d, NULL, text_str(&xml), xml.len);

    text_fini(&xml);
    return f;
}

static bool has_fault(const struct flow_fault *list, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, code) == 0)
            return true;
    return false;
}

/* --- whole profiles --- */

static void a_profile_of_a_root_and_its_intermediate_installs(void **state)
{
    struct desk *d = *state;
    struct part parts[] = {part_of(ROOT, der_of(d->root)), part_of(PKCS1, der_of(d->ca))};

    parts[1].identifier = "test.acme.two";
    parts[1].uuid = "UUID-2";
    struct flow *f = told_of(d, head, parts, 2);
    const struct flow_profile *p = f->identity->profile;

    assert_string_equal(f->identity->kind, "profile");
    assert_string_equal(f->identity->result, "installs");
    assert_true(f->sealed);
    assert_string_equal(p->form, "xml");
    assert_string_equal(p->name, "Acme");
    assert_string_equal(p->organization, "Acme GmbH");
    assert_string_equal(p->identifier, "test.acme");
    assert_string_equal(p->uuid, "UUID-0");
    assert_int_equal(p->expires, FLOW_NONE);
    assert_string_equal(p->signature, "none");
    assert_null(p->signer);
    assert_null(p->signer_verdict);
    assert_int_equal(p->n_faults, 0);
    assert_int_equal(p->rejected, 0);
    assert_int_equal(p->warned, 0);
    assert_int_equal(p->switchless, 0);
    assert_int_equal(p->missing.n, 0);
    assert_null(p->first_fault);
    assert_int_equal(p->n_payloads, 2);
    assert_int_equal(p->payloads[0].number, 1);
    assert_string_equal(p->payloads[0].holds, "root");
    assert_string_equal(p->payloads[0].trust_switch, "yes");
    assert_true(p->payloads[0].n_conditions > 0);
    assert_string_equal(p->payloads[0].certificate->subject->cn, "Root");
    assert_string_equal(p->payloads[1].holds, "intermediate");
    assert_null(p->payloads[1].trust_switch);
    flow_free(f);
    bytes_free(parts[0].content);
    bytes_free(parts[1].content);
}

static void the_whole_has_faults_of_its_own(void **state)
{
    static const struct {
        const char *top, *code, *result;
    } rows[] = {
        {"<key>PayloadType</key><string>Other</string><key>PayloadIdentifier</key><string>i"
         "</string><key>PayloadUUID</key><string>u</string><key>PayloadVersion</key><integer>1"
         "</integer>",
            "no-configuration", "refused"},
        {"<key>PayloadIdentifier</key><string>i</string><key>PayloadUUID</key><string>u</string>"
         "<key>PayloadVersion</key><integer>1</integer>",
            "no-configuration", "refused"},
        {"<key>PayloadType</key><string>Configuration</string><key>PayloadIdentifier</key><string>"
         "i</string><key>PayloadVersion</key><integer>1</integer>",
            "no-head", "refused"},
        {"<key>PayloadType</key><string>Configuration</string><key>PayloadIdentifier</key><string>"
         "i</string><key>PayloadUUID</key><string>u</string><key>PayloadVersion</key><integer>2"
         "</integer>",
            "no-head", "refused"},
        {"<key>PayloadType</key><string>Configuration</string><key>PayloadIdentifier</key><string>"
         "i</string><key>PayloadUUID</key><string>u</string><key>PayloadVersion</key><integer>1"
         "</integer><key>RemovalDate</key><date>2026-11-21T08:00:00Z</date>",
            "removed-at-once", "limited"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk *d = *state;
        struct part part = part_of(ROOT, der_of(d->root));
        struct flow *f = told_of(d, rows[i].top, &part, 1);
        const struct flow_profile *p = f->identity->profile;

        if (p->n_faults != 1 || strcmp(p->faults[0].code, rows[i].code) != 0)
            fail_msg("row %zu: %zu faults, not %s", i, p->n_faults, rows[i].code);
        assert_string_equal(f->identity->result, rows[i].result);
        assert_string_equal(p->first_fault, p->faults[0].says);
        flow_free(f);
        bytes_free(part.content);
    }
}

static void a_date_of_removal_to_come_is_no_fault(void **state)
{
    struct desk *d = *state;
    struct part part = part_of(ROOT, der_of(d->root));
    struct text top = {0};

    text_printf(&top, "%s<key>RemovalDate</key><date>2026-11-21T09:00:01Z</date>", head);
    struct flow *f = told_of(d, text_str(&top), &part, 1);

    assert_int_equal(f->identity->profile->expires, MINT_AT + 1);
    assert_string_equal(f->identity->result, "installs");
    flow_free(f);
    text_fini(&top);
    bytes_free(part.content);
}

static void a_profile_without_a_list_of_payloads_is_refused(void **state)
{
    struct text xml = {0};

    text_printf(&xml, "<plist version=\"1.0\"><dict>%s</dict></plist>", head);
    struct flow *f = told(*state, NULL, text_str(&xml), xml.len);

    assert_true(
        has_fault(f->identity->profile->faults, f->identity->profile->n_faults, "no-payloads"));
    assert_string_equal(f->identity->result, "refused");
    flow_free(f);
    text_fini(&xml);
}

static void more_payloads_than_are_looked_at_are_told(void **state)
{
    struct part *parts = mem_array(MOBILECONFIG_PAYLOADS_MOST + 1, sizeof *parts);
    char(*names)[16] = mem_array(MOBILECONFIG_PAYLOADS_MOST + 1, sizeof *names);

    for (size_t i = 0; i <= MOBILECONFIG_PAYLOADS_MOST; i++) {
        snprintf(names[i], sizeof names[i], "part-%zu", i);
        parts[i] = (struct part){.type = "com.apple.wifi.managed",
            .identifier = names[i],
            .uuid = names[i],
            .version = "1",
            .no_content = true};
    }
    struct flow *f = told_of(*state, head, parts, MOBILECONFIG_PAYLOADS_MOST + 1);
    const struct flow_profile *p = f->identity->profile;

    assert_int_equal(p->n_payloads, MOBILECONFIG_PAYLOADS_MOST);
    assert_true(has_fault(p->faults, p->n_faults, "many-payloads"));
    assert_string_equal(p->payloads[0].holds, "other");
    assert_int_equal(p->payloads[0].n_faults, 0);
    assert_string_equal(f->identity->result, "limited");
    flow_free(f);
    mem_free(parts);
    mem_free(names);
}

static void what_is_no_profile_is_an_error(void **state)
{
    struct desk *d = *state;
    struct explain_ask ask = {.at_s = INT64_MIN, .hooks = d->hooks, .clock = &d->clock};
    static const char *const files[] = {
        "", "junk", "<plist", "<plist version=\"1.0\"><array/></plist>", "bplist00"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct flow *f = NULL;
        struct err e = {0};

        assert_false(explain_profile(&ask, (const uint8_t *)files[i], strlen(files[i]), &f, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_null(strchr(e.text, '\n'));
        assert_null(f);
    }
}

/* --- one payload --- */

/* A good payload of a root, changed by what the row leaves out. */
static void what_ios_tells_payloads_apart_by_is_looked_at(void **state)
{
    static const struct {
        const char *without, *code, *holds, *result;
    } rows[] = {
        {"type", "no-type", "other", "refused"},
        {"identifier", "no-identifier", "root", "refused"},
        {"uuid", "no-uuid", "root", "refused"},
        {"version", "no-version", "root", "installs"},
        {"content", "no-content", "unreadable", "refused"},
        {"own uuid", "uuid-twice", "root", "refused"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk *d = *state;
        struct part part = part_of(ROOT, der_of(d->root));

        part.type = strcmp(rows[i].without, "type") == 0 ? NULL : part.type;
        part.identifier = strcmp(rows[i].without, "identifier") == 0 ? NULL : part.identifier;
        part.uuid = strcmp(rows[i].without, "uuid") == 0       ? NULL
                    : strcmp(rows[i].without, "own uuid") == 0 ? "UUID-0"
                                                               : part.uuid;
        part.version = strcmp(rows[i].without, "version") == 0 ? "7" : part.version;
        part.no_content = strcmp(rows[i].without, "content") == 0;
        struct flow *f = told_of(d, head, &part, 1);
        const struct flow_payload *p = &f->identity->profile->payloads[0];

        if (p->n_faults != 1 || strcmp(p->faults[0].code, rows[i].code) != 0)
            fail_msg("without %s: %zu faults", rows[i].without, p->n_faults);
        assert_string_equal(p->holds, rows[i].holds);
        assert_string_equal(f->identity->result, rows[i].result);
        assert_int_equal(f->identity->profile->rejected, p->faults[0].blocks);
        assert_int_equal(f->identity->profile->warned, !p->faults[0].blocks);
        flow_free(f);
        bytes_free(part.content);
    }
}

static void the_same_thing_twice_is_told_of_the_second(void **state)
{
    struct desk *d = *state;
    struct part one = part_of(ROOT, der_of(d->root)), parts[] = {one, one};
    struct flow *f = told_of(d, head, parts, 2);
    const struct flow_payload *p = f->identity->profile->payloads;

    assert_int_equal(p[0].n_faults, 0);
    assert_int_equal(p[1].n_faults, 3);
    assert_true(has_fault(p[1].faults, p[1].n_faults, "uuid-twice"));
    assert_true(has_fault(p[1].faults, p[1].n_faults, "identifier-twice"));
    assert_true(has_fault(p[1].faults, p[1].n_faults, "certificate-twice"));
    assert_string_equal(f->identity->result, "refused");
    flow_free(f);
    bytes_free(one.content);
}

static struct cert_span pem_of(const struct mint *one, const struct mint *more)
{
    static char pem[16384];

    pem[0] = '\0';
    mint_pem(one, pem, sizeof pem);
    if (more)
        mint_pem(more, pem, sizeof pem);
    return (struct cert_span){mem_dup(pem, strlen(pem)), strlen(pem)};
}

static struct cert_span identity_of(const struct mint *cert, const struct mint *key)
{
    return mint_identity(
        &(struct mint_identity_spec){.pairs = {{cert, key, "a"}}, .password = "secret"});
}

static void what_a_payload_holds_has_to_fit_its_type(void **state)
{
    struct desk *d = *state;
    const struct {
        const char *type, *holds, *code, *result;
        struct cert_span content;
    } rows[] = {
        {ROOT, "root", NULL, "installs", der_of(d->root)},
        {ROOT, "intermediate", "intermediate-in-root-payload", "limited", der_of(d->ca)},
        {ROOT, "leaf", "leaf-in-root-payload", "refused", der_of(d->leaf)},
        {ROOT, "root", "pem-in-der-payload", "installs", pem_of(d->root, NULL)},
        {ROOT, "root", "several-certificates", "refused", pem_of(d->root, d->ca)},
        {ROOT, "root", "expired", "limited", der_of(d->expired)},
        {ROOT, "root", "not-yet-valid", "limited", der_of(d->early)},
        {ROOT, "identity", "identity-in-certificate-payload", "refused",
            identity_of(d->leaf, d->leaf)},
        {ROOT, "unreadable", "not-a-certificate", "refused", {mem_dup("junk", 4), 4}},
        {PKCS1, "root", NULL, "installs", der_of(d->root)},
        {PKCS1, "leaf", NULL, "limited", der_of(d->leaf)}, /* its issuer is missing */
        {PEM, "root", NULL, "installs", pem_of(d->root, NULL)},
        {PEM, "root", "several-certificates", "refused", pem_of(d->root, d->ca)},
        {PKCS12, "root", "certificate-in-identity-payload", "refused", der_of(d->root)},
        {PKCS12, "identity", "identity-unreadable", "refused", {mem_dup("junk", 4), 4}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct part part = part_of(rows[i].type, rows[i].content);
        struct flow *f = told_of(d, head, &part, 1);
        const struct flow_payload *p = &f->identity->profile->payloads[0];

        if (strcmp(p->holds, rows[i].holds) != 0)
            fail_msg("row %zu holds %s", i, p->holds);
        if (rows[i].code ? !has_fault(p->faults, p->n_faults, rows[i].code) : p->n_faults != 0)
            fail_msg("row %zu: %zu faults", i, p->n_faults);
        if (strcmp(f->identity->result, rows[i].result) != 0)
            fail_msg("row %zu: %s", i, f->identity->result);
        flow_free(f);
        bytes_free(rows[i].content);
    }
}

static void an_identity_in_a_profile_is_opened_with_what_it_brings(void **state)
{
    struct desk *d = *state;
    struct cert_span two = mint_identity(&(struct mint_identity_spec){
        .pairs = {{d->leaf, d->leaf, "a"}, {d->signer, d->signer, "b"}}, .password = "secret"});
    const struct {
        const char *password, *code, *result;
        struct cert_span content;
    } rows[] = {
        {"secret", "password-inside", "installs", identity_of(d->leaf, d->leaf)},
        {"Secret", "password-wrong", "refused", identity_of(d->leaf, d->leaf)},
        {NULL, "asks-for-password", "installs", identity_of(d->leaf, d->leaf)},
        {"secret", "no-key", "refused", identity_of(d->leaf, NULL)},
        {"secret", "no-key", "refused", identity_of(d->leaf, d->ca)},
        {"secret", "several-identities", "installs", two},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct part part = part_of(PKCS12, rows[i].content);

        part.password = rows[i].password;
        struct flow *f = told_of(d, head, &part, 1);
        const struct flow_payload *p = &f->identity->profile->payloads[0];

        assert_string_equal(p->holds, "identity");
        if (!has_fault(p->faults, p->n_faults, rows[i].code))
            fail_msg("row %zu: no %s", i, rows[i].code);
        assert_int_equal(
            has_fault(p->faults, p->n_faults, "password-inside"), rows[i].password != NULL);
        if (strcmp(f->identity->result, rows[i].result) != 0)
            fail_msg("row %zu: %s", i, f->identity->result);
        flow_free(f);
        bytes_free(rows[i].content);
    }
}

static void a_root_without_a_switch_is_counted(void **state)
{
    struct desk *d = *state;
    struct part part = part_of(ROOT, der_of(d->switchless));
    struct flow *f = told_of(d, head, &part, 1);
    const struct flow_profile *p = f->identity->profile;

    assert_string_equal(p->payloads[0].trust_switch, "no");
    assert_int_equal(p->switchless, 1);
    assert_int_equal(p->rejected, 0);
    assert_string_equal(f->identity->result, "limited");
    flow_free(f);
    bytes_free(part.content);
}

static void an_issuer_that_nobody_has_is_missing_once(void **state)
{
    struct desk *d = *state;
    struct mint *second = mint_make(&(struct mint_spec){.cn = "second"}, d->ca);
    struct part parts[] = {part_of(PKCS1, der_of(d->leaf)), part_of(PKCS1, der_of(second))};
    struct text xml = {0};

    parts[1].identifier = "test.acme.two";
    parts[1].uuid = "UUID-2";
    struct flow *f = told_of(d, head, parts, 2);
    assert_int_equal(f->identity->profile->missing.n, 1);
    assert_string_equal(f->identity->profile->missing.at[0], "CN=Issuing CA");
    flow_free(f);
    bytes_free(parts[1].content);
    parts[1].content = der_of(d->ca);
    put_profile(&xml, head, parts, 2);
    f = told(d, d->roots, text_str(&xml), xml.len);
    assert_int_equal(f->identity->profile->missing.n, 0);
    flow_free(f);
    f = told(d, NULL, text_str(&xml), xml.len);
    assert_int_equal(f->identity->profile->missing.n, 1);
    assert_string_equal(f->identity->profile->missing.at[0], "CN=Root");
    flow_free(f);
    text_fini(&xml);
    bytes_free(parts[0].content);
    bytes_free(parts[1].content);
    mint_free(second);
}

/* --- the signature --- */

static void a_signature_is_trusted_untrusted_or_broken(void **state)
{
    struct desk *d = *state;
    struct part part = part_of(ROOT, der_of(d->root));
    struct cert_chain *chain = mint_chain(d->signer, NULL);
    struct text xml = {0}, made = {0};
    struct err e = {0};

    put_profile(&xml, head, &part, 1);
    struct cert_span content = {(const uint8_t *)text_str(&xml), xml.len};
    assert_true(mobileconfig_sign(content, chain, d->signer->key, &made, &e));
    struct flow *f = told(d, d->roots, text_str(&made), made.len);
    assert_string_equal(f->identity->profile->signature, "trusted");
    assert_string_equal(f->identity->profile->signer, "Signer");
    assert_string_equal(f->identity->profile->signer_verdict->verdict, "accept");
    assert_string_equal(f->identity->result, "installs");
    flow_free(f);
    struct roots *none = roots_from_chain(&(struct cert_chain){0}, "custom");
    f = told(d, none, text_str(&made), made.len);
    assert_string_equal(f->identity->profile->signature, "untrusted");
    assert_string_not_equal(f->identity->profile->signer_verdict->verdict, "accept");
    assert_string_equal(f->identity->result, "installs");
    flow_free(f);
    char *name = memmem(made.at, made.len, "Acme GmbH", 9);
    assert_non_null(name);
    name[0] = 'E';
    f = told(d, d->roots, text_str(&made), made.len);
    assert_string_equal(f->identity->profile->signature, "broken");
    assert_string_equal(f->identity->profile->organization, "Ecme GmbH");
    assert_string_equal(f->identity->profile->faults[0].code, "signature-broken");
    assert_string_equal(f->identity->result, "refused");
    flow_free(f);
    roots_unref(none);
    text_fini(&xml);
    text_fini(&made);
    cert_chain_free(chain);
    bytes_free(part.content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_of_a_root_and_its_intermediate_installs),
        cmocka_unit_test(the_whole_has_faults_of_its_own),
        cmocka_unit_test(a_date_of_removal_to_come_is_no_fault),
        cmocka_unit_test(a_profile_without_a_list_of_payloads_is_refused),
        cmocka_unit_test(more_payloads_than_are_looked_at_are_told),
        cmocka_unit_test(what_is_no_profile_is_an_error),
        cmocka_unit_test(what_ios_tells_payloads_apart_by_is_looked_at),
        cmocka_unit_test(the_same_thing_twice_is_told_of_the_second),
        cmocka_unit_test(what_a_payload_holds_has_to_fit_its_type),
        cmocka_unit_test(an_identity_in_a_profile_is_opened_with_what_it_brings),
        cmocka_unit_test(a_root_without_a_switch_is_counted),
        cmocka_unit_test(an_issuer_that_nobody_has_is_missing_once),
        cmocka_unit_test(a_signature_is_trusted_untrusted_or_broken),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
