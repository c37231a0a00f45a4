#include "profile.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include <plist/plist.h>

#include "base/mem.h"

#include "ca.h"

enum { UUID_CAP = 37, ID_TEXT_CAP = 64 };

/* A UUID that is the same for the same root and part, so that installing again replaces the profile
 * instead of adding a second one: RFC 9562 §5.8, custom bits from SHA-256. */
static void uuid_make(char out[static UUID_CAP], const struct ca *ca, const char *part)
{
    char seed[128];
    uint8_t d[SHA256_DIGEST_LENGTH];
    int n = snprintf(seed, sizeof seed, "whytls %s %s", part, ca_sha256(ca));

    SHA256((const uint8_t *)seed, (size_t)n, d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x80);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(out, UUID_CAP, "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X",
        d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13],
        d[14], d[15]);
}

static void put_text(plist_t dict, const char *key, const char *value)
{
    plist_dict_set_item(dict, key, plist_new_string(value));
}

static void identity_put(plist_t dict, const struct ca *ca, const char *part, const char *type)
{
    char uuid[UUID_CAP], id[ID_TEXT_CAP];

    uuid_make(uuid, ca, part);
    snprintf(id, sizeof id, "whytls.%.12s.%s", ca_sha256(ca), part);
    put_text(dict, "PayloadType", type);
    plist_dict_set_item(dict, "PayloadVersion", plist_new_uint(1));
    put_text(dict, "PayloadIdentifier", id);
    put_text(dict, "PayloadUUID", uuid);
}

static plist_t root_payload(const struct ca *ca)
{
    plist_t dict = plist_new_dict();
    size_t len = 0;
    const uint8_t *der = ca_der(ca, &len);

    identity_put(dict, ca, "root", "com.apple.security.root");
    put_text(dict, "PayloadDisplayName", ca_name(ca));
    put_text(dict, "PayloadDescription",
        "Lets this whytls proxy open the TLS traffic that is sent through it.");
    put_text(dict, "PayloadCertificateFileName", "whytls-root.cer");
    plist_dict_set_item(dict, "PayloadContent", plist_new_data((const char *)der, len));
    return dict;
}

bool profile_write(const struct ca *ca, struct text *out, struct err *e)
{
    plist_t profile = plist_new_dict(), payloads = plist_new_array();
    char *xml = NULL;
    uint32_t len = 0;

    identity_put(profile, ca, "profile", "Configuration");
    put_text(profile, "PayloadDisplayName", ca_name(ca));
    put_text(profile, "PayloadOrganization", "whytls");
    put_text(profile, "PayloadDescription",
        "Installs the root of your whytls proxy. Afterwards switch it on in Settings, General, "
        "About, "
        "Certificate Trust Settings. Remove this profile when you are done.");
    plist_dict_set_item(profile, "PayloadRemovalDisallowed", plist_new_bool(0));
    plist_array_append_item(payloads, root_payload(ca));
    plist_dict_set_item(profile, "PayloadContent", payloads);
    plist_to_xml(profile, &xml, &len);
    plist_free(profile);
    if (!xml)
        return err_set(e, ERR_SYSTEM, "writing the configuration profile failed");
    text_add_n(out, xml, len);
    plist_to_xml_free(xml);
    return true;
}
