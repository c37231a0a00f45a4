#include "profile.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include <plist/plist.h>

#include "ca.h"
#include "profile_priv.h"

enum { ID_TEXT_CAP = 64 };

void profile_uuid(char out[static PROFILE_UUID_CAP], const char *seed)
{
    uint8_t d[SHA256_DIGEST_LENGTH];

    SHA256((const uint8_t *)seed, strlen(seed), d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x80);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(out, PROFILE_UUID_CAP,
        "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", d[0], d[1], d[2],
        d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
}

void profile_put(plist_t dict, const char *key, const char *value)
{
    plist_dict_set_item(dict, key, plist_new_string(value));
}

void profile_put_head(plist_t dict, const char *type, const char *identifier, const char *uuid)
{
    profile_put(dict, "PayloadType", type);
    plist_dict_set_item(dict, "PayloadVersion", plist_new_uint(1));
    profile_put(dict, "PayloadIdentifier", identifier);
    profile_put(dict, "PayloadUUID", uuid);
}

bool profile_to_xml(plist_t profile, struct text *out, struct err *e)
{
    char *xml = NULL;
    uint32_t len = 0;

    plist_to_xml(profile, &xml, &len);
    if (!xml)
        return err_set(e, ERR_SYSTEM, "writing the configuration profile failed");
    text_add_n(out, xml, len);
    plist_to_xml_free(xml);
    return true;
}

static void identity_put(plist_t dict, const struct ca *ca, const char *part, const char *type)
{
    char uuid[PROFILE_UUID_CAP], id[ID_TEXT_CAP], seed[128];

    snprintf(seed, sizeof seed, "whytls %s %s", part, ca_sha256(ca));
    profile_uuid(uuid, seed);
    snprintf(id, sizeof id, "whytls.%.12s.%s", ca_sha256(ca), part);
    profile_put_head(dict, type, id, uuid);
}

static plist_t root_payload(const struct ca *ca)
{
    plist_t dict = plist_new_dict();
    size_t len = 0;
    const uint8_t *der = ca_der(ca, &len);

    identity_put(dict, ca, "root", "com.apple.security.root");
    profile_put(dict, "PayloadDisplayName", ca_name(ca));
    profile_put(dict, "PayloadDescription",
        "Lets this whytls proxy open the TLS traffic that is sent through it.");
    profile_put(dict, "PayloadCertificateFileName", "whytls-root.cer");
    plist_dict_set_item(dict, "PayloadContent", plist_new_data((const char *)der, len));
    return dict;
}

bool profile_write(const struct ca *ca, struct text *out, struct err *e)
{
    plist_t profile = plist_new_dict(), payloads = plist_new_array();

    identity_put(profile, ca, "profile", "Configuration");
    profile_put(profile, "PayloadDisplayName", ca_name(ca));
    profile_put(profile, "PayloadOrganization", "whytls");
    profile_put(profile, "PayloadDescription",
        "Installs the root of your whytls proxy. Afterwards switch it on in Settings, General, "
        "About, "
        "Certificate Trust Settings. Remove this profile when you are done.");
    plist_dict_set_item(profile, "PayloadRemovalDisallowed", plist_new_bool(0));
    plist_array_append_item(payloads, root_payload(ca));
    plist_dict_set_item(profile, "PayloadContent", payloads);
    bool good = profile_to_xml(profile, out, e);
    plist_free(profile);
    return good;
}
