/* geo - where is the site, and whose network is it in? From files in MMDB format.
 *
 * Takes what people have: GeoLite2 of MaxMind (the licence wants everybody to fetch it himself),
 * the Lite files of DB-IP, and those of ip-location-db. Their records have three shapes:
 *
 *   country.iso_code                                           GeoLite2-Country, -City,
 * dbip-country country_code                                               ip-location-db
 *   autonomous_system_number, autonomous_system_organization   GeoLite2-ASN, dbip-asn
 *
 * Both files are asked for both things, so it does not matter which is named where. Without any it
 * is idle, which is no error. */
#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <whytls/plugin.h>

enum { FACT_COUNTRY, FACT_ASN, FACT_ORG, FACT_CREDIT };
enum { N_FILES = 2 };

/* DB-IP's licence (CC BY 4.0) asks for this wherever its data is shown: it goes along as a fact. */
#define CREDIT "IP Geolocation by DB-IP"

struct geo {
    const struct whytls_host *host;
    struct {
        MMDB_s db;
        bool of_dbip;
    } files[N_FILES];
    size_t n;
    int32_t address; /* the field server_leg.address */
};

/* --- opening --- */

/* Does any of the first records have a shape that we know? A file of another kind is opened
 * without an error, and would be silent for ever. */
static bool has_shape(MMDB_s *db)
{
    static const char *const probes[] = {"1.1.1.1", "8.8.8.8", "193.0.0.1", "200.3.14.10",
        "196.216.2.1", "203.0.113.7", "2001:4860:4860::8888"};

    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        int no_address, status;
        MMDB_lookup_result_s hit = MMDB_lookup_string(db, probes[i], &no_address, &status);
        MMDB_entry_data_s found;

        if (no_address || status != MMDB_SUCCESS || !hit.found_entry)
            continue;
        return MMDB_get_value(&hit.entry, &found, "country", NULL) == MMDB_SUCCESS ||
               MMDB_get_value(&hit.entry, &found, "country_code", NULL) == MMDB_SUCCESS ||
               MMDB_get_value(&hit.entry, &found, "registered_country", NULL) == MMDB_SUCCESS ||
               MMDB_get_value(&hit.entry, &found, "autonomous_system_number", NULL) == MMDB_SUCCESS;
    }
    return true; /* none of them is in it: no reason to doubt it */
}

/* Its own files say so; the packages of ip-location-db say it in the name of the file only. */
static bool is_of_dbip(const char *path, const MMDB_s *db)
{
    const char *name = strrchr(path, '/');

    return strncasecmp(db->metadata.database_type, "DBIP", 4) == 0 ||
           strncasecmp(name ? name + 1 : path, "dbip", 4) == 0;
}

static const char *day_of(uint64_t epoch, char out[static 16])
{
    time_t at = (time_t)epoch;
    struct tm day;

    if (!gmtime_r(&at, &day) || !strftime(out, 16, "%Y-%m-%d", &day))
        return "some day";
    return out;
}

static bool file_open(struct geo *g, const char *setting)
{
    struct whytls_value path;
    MMDB_s *db = &g->files[g->n].db;
    char name[4096], day[16];

    if (!g->host->setting(g->host, setting, &path) || path.kind != WHYTLS_TEXT ||
        path.as.text.len >= sizeof name)
        return false;
    memcpy(name, path.as.text.bytes, path.as.text.len);
    name[path.as.text.len] = '\0';
    int status = MMDB_open(name, MMDB_MODE_MMAP, db);

    if (status != MMDB_SUCCESS) {
        whytls_logf(g->host, WHYTLS_NOTICE, "cannot use %.300s: %s", name, MMDB_strerror(status));
        return false;
    }
    if (!has_shape(db)) {
        whytls_logf(g->host, WHYTLS_NOTICE,
            "cannot use %.300s: it is a %s, which tells neither countries nor networks", name,
            db->metadata.database_type);
        MMDB_close(db);
        return false;
    }
    g->files[g->n].of_dbip = is_of_dbip(name, db);
    whytls_logf(g->host, WHYTLS_NOTICE, "%s, built %s%s%s", db->metadata.database_type,
        day_of(db->metadata.build_epoch, day), g->files[g->n].of_dbip ? "; " : "",
        g->files[g->n].of_dbip ? CREDIT " (https://db-ip.com)" : "");
    g->n++;
    return true;
}

static enum whytls_ready geo_load(const struct whytls_host *host, void **shared)
{
    struct geo *g = calloc(1, sizeof *g);

    if (!g)
        return WHYTLS_FAILED;
    g->host = host;
    bool tried = file_open(g, "country");

    tried = file_open(g, "asn") || tried;
    if (!tried) {
        struct whytls_value country, asn;

        if (host->setting(host, "country", &country) && country.kind == WHYTLS_NONE &&
            host->setting(host, "asn", &asn) && asn.kind == WHYTLS_NONE)
            host->log(host, WHYTLS_NOTICE,
                "there is no database; put GeoLite2-Country.mmdb into /var/lib/GeoIP, or name one "
                "with --geo-db FILE");
        free(g);
        return WHYTLS_IDLE;
    }
    g->address = host->field(host, "server_leg.address");
    *shared = g;
    return WHYTLS_READY;
}

static void geo_unload(void *shared)
{
    struct geo *g = shared;

    for (size_t i = 0; i < g->n; i++)
        MMDB_close(&g->files[i].db);
    free(g);
}

/* --- looking up --- */

static bool text_at(MMDB_entry_s *entry, const char *const path[], struct whytls_text *out)
{
    MMDB_entry_data_s found;

    if (MMDB_aget_value(entry, &found, path) != MMDB_SUCCESS || !found.has_data ||
        found.type != MMDB_DATA_TYPE_UTF8_STRING || found.data_size == 0)
        return false;
    *out = (struct whytls_text){found.utf8_string, found.data_size};
    return true;
}

static bool number_at(MMDB_entry_s *entry, const char *const path[], int64_t *out)
{
    MMDB_entry_data_s found;

    if (MMDB_aget_value(entry, &found, path) != MMDB_SUCCESS || !found.has_data)
        return false;
    if (found.type == MMDB_DATA_TYPE_UINT32)
        *out = found.uint32;
    else if (found.type == MMDB_DATA_TYPE_UINT16)
        *out = found.uint16;
    else if (found.type == MMDB_DATA_TYPE_UINT64 && found.uint64 <= UINT32_MAX)
        *out = (int64_t)found.uint64;
    else
        return false;
    return true;
}

static void tell_text(const struct whytls_call *c, uint32_t fact, struct whytls_text text)
{
    struct whytls_value v = whytls_say(text);

    c->host->set(c, fact, &v);
}

static void record_tell(const struct whytls_call *c, MMDB_entry_s *entry, bool of_dbip)
{
    static const char *const nested[] = {"country", "iso_code", NULL},
                             *const flat[] = {"country_code", NULL},
                             *const asn[] = {"autonomous_system_number", NULL},
                             *const org[] = {"autonomous_system_organization", NULL};
    struct whytls_text text;
    int64_t number;

    if ((text_at(entry, nested, &text) || text_at(entry, flat, &text)) && text.len == 2)
        tell_text(c, FACT_COUNTRY, text);
    if (number_at(entry, asn, &number)) {
        struct whytls_value v = whytls_count(number);

        c->host->set(c, FACT_ASN, &v);
    }
    if (text_at(entry, org, &text) && text.len <= 256)
        tell_text(c, FACT_ORG, text);
    if (of_dbip)
        tell_text(c, FACT_CREDIT, whytls_text_of(CREDIT));
}

/* Not MMDB_lookup_string: that asks the resolver's getaddrinfo, which takes "1.2.3" for an address
 * as well. */
static bool address_read(struct whytls_text from, struct sockaddr_storage *out)
{
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (from.len >= sizeof text)
        return false;
    memcpy(text, from.bytes, from.len);
    text[from.len] = '\0';
    *out = (struct sockaddr_storage){0};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(out, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(out, &v6, sizeof v6);
    else
        return false;
    return true;
}

static void on_judged(const struct whytls_call *c)
{
    struct geo *g = c->shared;
    struct whytls_value text;
    struct sockaddr_storage address;

    if (!c->host->get(c, g->address, &text) || text.kind != WHYTLS_TEXT ||
        !address_read(text.as.text, &address))
        return;
    for (size_t i = 0; i < g->n; i++) {
        int status;
        MMDB_lookup_result_s hit = MMDB_lookup_sockaddr(
            &g->files[i].db, (const struct sockaddr *)(const void *)&address, &status);

        if (status == MMDB_SUCCESS && hit.found_entry)
            record_tell(c, &hit.entry, g->files[i].of_dbip);
    }
}

/* --- declared --- */

/* Where people put such files, the best ones first. {plugin}/geo is where whytls puts the file that
 * it comes with. */
#define IN_USUAL_FOLDERS(file)                                                                     \
    "{data}/" file ":/var/lib/GeoIP/" file ":/usr/share/GeoIP/" file                               \
    ":/usr/local/share/GeoIP/" file ":/opt/homebrew/var/GeoIP/" file
#define COUNTRY_FILES                                                                              \
    IN_USUAL_FOLDERS("GeoLite2-Country.mmdb")                                                      \
    ":" IN_USUAL_FOLDERS("GeoLite2-City.mmdb") ":" IN_USUAL_FOLDERS(                               \
        "dbip-country*.mmdb") ":{plugin}/geo/dbip-country*.mmdb"
#define ASN_FILES IN_USUAL_FOLDERS("GeoLite2-ASN.mmdb") ":" IN_USUAL_FOLDERS("dbip-asn*.mmdb")

static const struct whytls_setting settings[] = {
    {"country", WHYTLS_SET_FILE, COUNTRY_FILES, 0, 0, "a database of countries"},
    {"asn", WHYTLS_SET_FILE, ASN_FILES, 0, 0, "a database of networks and who runs them"},
    {0},
};
static const struct whytls_fact_kind provides[] = {
    [FACT_COUNTRY] = {"geo.country", WHYTLS_TEXT, "the site is in {geo.country}"},
    [FACT_ASN] = {"geo.asn", WHYTLS_INTEGER, "the site is in network AS{geo.asn}"},
    [FACT_ORG] = {"geo.org", WHYTLS_TEXT, "the site's network belongs to {geo.org}"},
    [FACT_CREDIT] = {"geo.credit", WHYTLS_TEXT, "{geo.credit}"},
    {0},
};
static const struct whytls_hook hooks[] = {
    {WHYTLS_AT_JUDGED, "has=server_leg.address", on_judged}, {0}};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "geo",
    .version = "1.0",
    .about = "Country and network of the site, from GeoLite2 or DB-IP files.",
    .can = WHYTLS_CAN_PROVIDE,
    .settings = settings,
    .provides = provides,
    .hooks = hooks,
    .load = geo_load,
    .unload = geo_unload,
};
