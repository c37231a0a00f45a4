#include "agent.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct token {
    const char *token, *name;
    bool is_browser;
};

/* Browsers name each other: Edge says Chrome and Safari, Chrome says Safari. So the rarest comes
 * first. */
static const struct token browsers[] = {
    {"EdgiOS/", "Edge", true},
    {"EdgA/", "Edge", true},
    {"Edg/", "Edge", true},
    {"OPiOS/", "Opera", true},
    {"OPT/", "Opera", true},
    {"OPR/", "Opera", true},
    {"FxiOS/", "Firefox", true},
    {"Focus/", "Firefox Focus", true},
    {"DuckDuckGo/", "DuckDuckGo", true},
    {"Brave/", "Brave", true},
    {"YaBrowser/", "Yandex", true},
    {"SamsungBrowser/", "Samsung Internet", true},
    {"GSA/", "Google", false},
    {"FBAN/", "Facebook", false},
    {"Instagram ", "Instagram", false},
    {"CriOS/", "Chrome", true},
    {"HeadlessChrome/", "Chrome", true},
    {"Chrome/", "Chrome", true},
    {"Firefox/", "Firefox", true},
    {"Safari/", "Safari", true},
};

/* Products whose own name says less than a better known one. */
static const struct token products[] = {
    {"MobileSafari", "Safari", true},
    {"Safari", "Safari", true},
    {"com.apple.WebKit.Networking", "WebKit", false},
    {"Wget", "wget", false},
    {"python-requests", "Python", false},
    {"Python-urllib", "Python", false},
    {"python-urllib3", "Python", false},
    {"python-httpx", "Python", false},
    {"Python", "Python", false},
    {"Java-http-client", "Java", false},
    {"Apache-HttpClient", "Java", false},
    {"Java", "Java", false},
    {"node-fetch", "Node", false},
    {"undici", "Node", false},
    {"axios", "Node", false},
    {"node", "Node", false},
    {"Node.js", "Node", false},
    {"Go-http-client", "Go", false},
};

static const struct {
    int darwin, ios, macos;
    bool minor_agrees;
} kernels[] = {
#define KERNEL(darwin, ios, macos, minor_agrees) {darwin, ios, macos, minor_agrees},
#include "kernel.def"
#undef KERNEL
};

/* Digits at s, at most three; *end is what follows. -1 when there are none. */
static int number_take(const char *s, const char **end)
{
    int n = 0, digits = 0;

    while (digits < 3 && isdigit((unsigned char)s[digits]))
        n = n * 10 + (s[digits++] - '0');
    *end = s + digits;
    return digits ? n : -1;
}

/* "18_1_2" or "18.1.2", as far as it goes and fits. */
static void version_copy(const char *s, char out[static AGENT_VERSION_CAP])
{
    size_t n = 0;

    while (n + 1 < AGENT_VERSION_CAP &&
           (isdigit((unsigned char)s[n]) || ((s[n] == '_' || s[n] == '.') && n))) {
        out[n] = s[n] == '_' ? '.' : s[n];
        n++;
    }
    while (n && out[n - 1] == '.')
        n--;
    out[n] = '\0';
}

/* macOS of the same year reports the same kernel; an agent that does not say which it is means iOS:
 * whytls is asked about phones. */
static void darwin_read(const char *after, struct agent *out)
{
    const char *end;
    int major = number_take(after, &end), minor = -1;
    bool is_mac = !strcmp(out->family, "Mac");

    if (*end == '.')
        minor = number_take(end + 1, &end);
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (kernels[i].darwin != major || (is_mac && kernels[i].macos < 11))
            continue;
        out->by_kernel = true;
        if (kernels[i].minor_agrees && minor >= 0 && !is_mac)
            snprintf(out->os_version, sizeof out->os_version, "%d.%d", kernels[i].ios, minor);
        else
            snprintf(out->os_version, sizeof out->os_version, "%d",
                is_mac ? kernels[i].macos : kernels[i].ios);
    }
}

static const char *after(const char *text, const char *word)
{
    const char *at = strstr(text, word);

    return at ? at + strlen(word) : NULL;
}

static void family_read(const char *text, struct agent *out)
{
    const char *darwin = after(text, "Darwin/");

    if (strstr(text, "iPhone"))
        out->family = "iPhone";
    else if (strstr(text, "iPad"))
        out->family = "iPad";
    else if (strstr(text, "Android"))
        out->family = "Android";
    else if (strstr(text, "Macintosh") || strstr(text, "macOS") ||
             (darwin && strstr(darwin, "x86_64")))
        out->family = "Mac";
    else if (strstr(text, "Windows") || strstr(text, "Linux") || strstr(text, "CrOS") ||
             strstr(text, "iPod"))
        out->family = "other";
}

static bool is_phone(const struct agent *out)
{
    return !strcmp(out->family, "iPhone") || !strcmp(out->family, "iPad");
}

static void version_read(const char *text, struct agent *out)
{
    static const char *const before[] = {
        "iPhone OS ", "CPU OS ", "iOS ", "iPadOS ", "Android ", "macOS ", "iOS/"};
    const char *at, *end;

    /* From 26 on Safari says 18_6 or so for ever, and its own version is that of iOS (the release
     * notes of Safari 26.0). */
    if (is_phone(out) && (at = after(text, "Version/")) && number_take(at, &end) >= 26) {
        version_copy(at, out->os_version);
        return;
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if ((at = after(text, before[i])) && isdigit((unsigned char)*at)) {
            version_copy(at, out->os_version);
            return;
        }
    /* Browsers have frozen the version of macOS at 10_15_7, so it says nothing and is not read. */
    if ((at = after(text, "Darwin/")))
        darwin_read(at, out);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The product, "My%20App" in "My%20App/4.2 CFNetwork/…": CFNetwork writes a bundle's name with URL
 * escapes. */
static void product_copy(const char *text, char out[static AGENT_NAME_CAP])
{
    size_t n = strcspn(text, "/("), used = 0;

    for (size_t i = 0; i < n && used + 1 < AGENT_NAME_CAP; i++) {
        char c = text[i];

        if (c == '%' && i + 2 < n && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        }
        if (c)
            out[used++] = c;
    }
    while (used && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
}

/* What follows a word such as "CriOS/". */
static void version_after(const char *text, const char *word, char out[static AGENT_VERSION_CAP])
{
    const char *at = after(text, word);

    if (at)
        version_copy(at, out);
}

static void name_set(struct agent *out, const struct token *t)
{
    snprintf(out->name, sizeof out->name, "%s", t->name);
    out->is_browser = t->is_browser;
}

static void browser_read(const char *text, struct agent *out)
{
    for (size_t i = 0; i < sizeof browsers / sizeof *browsers; i++)
        if (strstr(text, browsers[i].token)) {
            name_set(out, &browsers[i]);
            /* The number behind "Safari/" is WebKit's. */
            version_after(text,
                i + 1 == sizeof browsers / sizeof *browsers ? "Version/" : browsers[i].token,
                out->version);
            return;
        }
    /* WebKit without "Safari/": a page shown inside an app, which does not say its name. */
    if (strstr(text, "AppleWebKit/"))
        snprintf(out->name, sizeof out->name, "web view");
}

static void product_read(const char *text, struct agent *out)
{
    char name[AGENT_NAME_CAP];
    const char *slash = text + strcspn(text, "/(");

    product_copy(text, name);
    if (!*name)
        return;
    if (*slash == '/')
        version_copy(slash + 1, out->version);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (text_equal_caseless(name, products[i].token)) {
            name_set(out, &products[i]);
            return;
        }
    if (text_starts(name, "CaptiveNetworkSupport"))
        snprintf(name, sizeof name, "iOS login check");
    snprintf(out->name, sizeof out->name, "%s", name);
}

void agent_read(const char *text, struct agent *out)
{
    *out = (struct agent){.name = "unknown", .family = "unknown"};
    if (!text || !*text)
        return;
    family_read(text, out);
    version_read(text, out);
    version_after(text, "CFNetwork/", out->cfnetwork);
    version_after(text, "Darwin/", out->darwin);
    if (text_starts(text, "Mozilla/"))
        browser_read(text, out);
    else
        product_read(text, out);
}
