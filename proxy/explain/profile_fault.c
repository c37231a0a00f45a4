#include "profile_priv.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "flow/flow.h"

enum { NAME_MOST = 80 }; /* bytes of a payload's name that are told */

static const char document[] = "Apple document", observed[] = "observed",
                  unverified[] = "unverified";

static const struct {
    const char *code;
    bool blocks;
    const char *grade, *says;
} rows[N_PROFILE_FAULTS] = {
    [FAULT_NO_TYPE] = {"no-type", true, document,
        "it has no PayloadType, so iOS does not know what it is"},
    [FAULT_NO_IDENTIFIER] = {"no-identifier", true, document, "it has no PayloadIdentifier"},
    [FAULT_NO_UUID] = {"no-uuid", true, document, "it has no PayloadUUID"},
    [FAULT_NO_VERSION] = {"no-version", false, document, "its PayloadVersion is not 1"},
    [FAULT_UUID_TWICE] = {"uuid-twice", true, document,
        "another part of the profile has the same PayloadUUID; each needs its own"},
    [FAULT_IDENTIFIER_TWICE] = {"identifier-twice", false, unverified,
        "another payload has the same PayloadIdentifier"},
    [FAULT_CERTIFICATE_TWICE] = {"certificate-twice", false, unverified,
        "another payload holds the same certificate"},
    [FAULT_NO_CONTENT] = {"no-content", true, document, "its PayloadContent is empty, or no data"},
    [FAULT_NOT_A_CERTIFICATE] = {"not-a-certificate", true, observed,
        "what it holds cannot be read as a certificate"},
    [FAULT_SEVERAL_CERTIFICATES] = {"several-certificates", true, observed,
        "it holds more than one certificate; iOS takes one a payload"},
    [FAULT_IS_AN_IDENTITY] = {"identity-in-certificate-payload", true, observed,
        "it holds a PKCS#12 identity; its type must be com.apple.security.pkcs12"},
    [FAULT_IS_A_CERTIFICATE] = {"certificate-in-identity-payload", true, observed,
        "it holds a bare certificate; an identity of PKCS#12 is wanted there"},
    [FAULT_LEAF_IN_ROOT_PAYLOAD] = {"leaf-in-root-payload", true, observed,
        "it holds a leaf certificate in a payload for roots; com.apple.security.pkcs1 takes "
        "others"},
    [FAULT_NO_ROOT_IN_ROOT_PAYLOAD] = {"intermediate-in-root-payload", false, unverified,
        "it holds an intermediate in a payload for roots: it installs, and can never be trusted as "
        "a root; "
        "com.apple.security.pkcs1 is its place"},
    [FAULT_PEM_IN_DER_PAYLOAD] = {"pem-in-der-payload", false, unverified,
        "its certificate is PEM text; payloads of this type hold DER"},
    [FAULT_EXPIRED] = {"expired", false, observed,
        "its certificate has expired: it installs, and nothing that needs it works"},
    [FAULT_NOT_YET_VALID] = {"not-yet-valid", false, observed, "its certificate is not valid yet"},
    [FAULT_IDENTITY_UNREADABLE] = {"identity-unreadable", true, observed,
        "its identity cannot be read as PKCS#12"},
    [FAULT_PASSWORD_WRONG] = {"password-wrong", true, observed,
        "the password that it brings does not open its identity"},
    [FAULT_PASSWORD_INSIDE] = {"password-inside", false, document,
        "the password of its identity stands in the profile, for everybody to read who gets the "
        "file"},
    [FAULT_ASKS_FOR_PASSWORD] = {"asks-for-password", false, document,
        "it brings no password: iOS asks for it when the profile is installed"},
    [FAULT_NO_KEY] = {"no-key", true, observed,
        "its identity has no private key that belongs to the certificate"},
    [FAULT_SEVERAL_IDENTITIES] = {"several-identities", false, observed,
        "it holds several identities; one a payload is safe"},
    [FAULT_SIGNATURE_BROKEN] = {"signature-broken", true, unverified,
        "the signature does not fit the profile: it was changed after it was signed, or the "
        "signer's certificate is missing"},
    [FAULT_ENCRYPTED] = {"encrypted", false, document,
        "it is encrypted for one device; what is in it cannot be seen from here"},
    [FAULT_NO_CONFIGURATION] = {"no-configuration", true, document,
        "its PayloadType is not Configuration"},
    [FAULT_NO_HEAD] = {"no-head", true, document,
        "PayloadIdentifier, PayloadUUID or PayloadVersion 1 of the whole is missing"},
    [FAULT_NO_PAYLOADS] = {"no-payloads", true, document,
        "it has no list of payloads (PayloadContent)"},
    [FAULT_REMOVED_AT_ONCE] = {"removed-at-once", false, document,
        "its RemovalDate has passed, so iOS would remove it at once"},
    [FAULT_MANY_PAYLOADS] = {"many-payloads", false, unverified,
        "it has more payloads than were looked at (200)"},
};

static void lay(struct flow_fault *one, enum profile_fault what)
{
    one->code = rows[what].code;
    one->blocks = rows[what].blocks;
    one->says = rows[what].says;
    one->grade = rows[what].grade;
}

void fault_add(struct profile_look *look, struct flow_payload *to, enum profile_fault what)
{
    lay(flow_list_add(look->f, &to->faults, &to->n_faults, flow_type_fault()), what);
}

void profile_fault_add(struct profile_look *look, enum profile_fault what)
{
    lay(flow_list_add(look->f, &look->profile->faults, &look->profile->n_faults, flow_type_fault()),
        what);
}

static const struct flow_fault *first_of(const struct flow_fault *list, size_t n, bool blocks)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].blocks == blocks)
            return &list[i];
    return NULL;
}

static bool first_lay(struct profile_look *look, bool blocks)
{
    struct flow_profile *p = look->profile;
    const struct flow_fault *first = first_of(p->faults, p->n_faults, blocks);

    if (first) {
        p->first_fault = first->says;
        return true;
    }
    for (size_t i = 0; i < p->n_payloads; i++) {
        const struct flow_payload *one = &p->payloads[i];
        struct text says = {0};

        first = first_of(one->faults, one->n_faults, blocks);
        if (!first)
            continue;
        text_printf(&says, "payload %zu", i + 1);
        if (one->name) {
            text_add(&says, " (“");
            text_add_safe(&says, one->name, strlen(one->name), NAME_MOST);
            text_add(&says, "”)");
        }
        text_printf(&says, ": %s", first->says);
        p->first_fault = flow_text(look->f, text_str(&says));
        text_fini(&says);
        return true;
    }
    return false;
}

void profile_first_fault(struct profile_look *look)
{
    if (!first_lay(look, true))
        first_lay(look, false);
}
