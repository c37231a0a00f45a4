#include "redact.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const char redacted[] = "REDACTED";

/* --- what counts as a credential --- */

enum field_kind { FIELD_WHOLE = 0, FIELD_SCHEME, FIELD_COOKIE, FIELD_SET_COOKIE };

static const struct {
    const char *name;
    enum field_kind kind;
} fields[] = {
    {"Authorization", FIELD_SCHEME},       /* RFC 9110 §11.6.2 */
    {"Proxy-Authorization", FIELD_SCHEME}, /* §11.7.2 */
    {"Authentication-Info", FIELD_WHOLE}, {"Proxy-Authentication-Info", FIELD_WHOLE},
    {"Cookie", FIELD_COOKIE},         /* RFC 6265 §4.2 */
    {"Set-Cookie", FIELD_SET_COOKIE}, /* §4.1 */
    {"Set-Cookie2", FIELD_WHOLE}, {"Cookie2", FIELD_WHOLE}, {"X-Auth", FIELD_WHOLE},
    {"DPoP", FIELD_WHOLE},      /* RFC 9449 §4.1 */
    {"Signature", FIELD_WHOLE}, /* RFC 9421 §4.2 */
};

/* In the name of any other field. */
static const char *const field_words[] = {"token", "secret", "passw", "api-key", "apikey",
    "api_key", "auth-key", "access-key", "session-id", "sessionid", "credential", "csrf", "xsrf"};

/* Parameters of URLs and forms, and names in JSON. `code` and `key` mean too much in JSON. */
enum { IN_URL = 1, IN_JSON = 2, ANYWHERE = IN_URL | IN_JSON };

static const struct {
    const char *name;
    unsigned where;
} params[] = {
    {"assertion", ANYWHERE},
    {"auth", ANYWHERE},
    {"bearer", ANYWHERE},
    {"code", IN_URL}, /* RFC 6749 §4.1.2 */
    {"code_verifier", ANYWHERE},
    {"credential", ANYWHERE},
    {"credentials", ANYWHERE},
    {"csrf", ANYWHERE},
    {"jwt", ANYWHERE},
    {"key", IN_URL},
    {"otp", ANYWHERE},
    {"pass", ANYWHERE},
    {"passcode", ANYWHERE},
    {"passphrase", ANYWHERE},
    {"passwd", ANYWHERE},
    {"password", ANYWHERE},
    {"pin", ANYWHERE},
    {"pwd", ANYWHERE},
    {"samlrequest", ANYWHERE},
    {"samlresponse", ANYWHERE},
    {"secret", ANYWHERE},
    {"session", IN_URL},
    {"sessionid", ANYWHERE},
    {"session_id", ANYWHERE},
    {"sid", ANYWHERE},
    {"sig", ANYWHERE},
    {"signature", ANYWHERE},
    {"ticket", ANYWHERE},
    {"token", ANYWHERE},
    {"xsrf", ANYWHERE},
};

/* At the end of a name: access_token, X-Amz-Signature, clientSecret */
static const char *const endings[] = {"token", "secret", "apikey", "api_key", "api-key",
    "accesskey", "access_key", "password", "passwd", "signature", "credential", "sessionid",
    "session_id", "private_key", "privatekey", "cookie"};

enum { NAME_MOST = 64 };

static int nibble(char c)
{
    const char *hex = "0123456789abcdef";
    const char *at = c ? strchr(hex, tolower((unsigned char)c)) : NULL;

    return at ? (int)(at - hex) : -1;
}

/* A name as it is meant: %5F is '_', "user[password]" ends in what is in the brackets. */
static void name_plain(const char *name, size_t len, char out[static NAME_MOST])
{
    size_t n = 0;

    for (size_t i = 0; i < len && n + 1 < NAME_MOST; i++) {
        char c = name[i];

        if (c == '%' && i + 2 < len && nibble(name[i + 1]) >= 0 && nibble(name[i + 2]) >= 0) {
            c = (char)(16 * nibble(name[i + 1]) + nibble(name[i + 2]));
            i += 2;
        }
        if (c == ']')
            continue;
        if (c == '[')
            n = 0;
        else
            out[n++] = (char)tolower((unsigned char)c);
    }
    out[n] = '\0';
}

static bool is_secret_name(const char *name, size_t len, unsigned where)
{
    char plain[NAME_MOST];

    name_plain(name, len, plain);
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if ((params[i].where & where) && !strcmp(plain, params[i].name))
            return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends(plain, endings[i]))
            return true;
    return false;
}

/* --- text --- */

static bool is_in(char c, const char *set)
{
    return c && strchr(set, c);
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || is_in(c, "_-.%[]$~");
}

/* What ends the value of a parameter, in a URL and in prose around it. */
static bool ends_value(char c)
{
    return (unsigned char)c <= ' ' || is_in(c, "&#;\"'<>\\)}");
}

static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || is_in(c, "-._~+/=");
}

static size_t run(const char *at, size_t len, bool (*is)(char c))
{
    size_t n = 0;

    while (n < len && is(at[n]))
        n++;
    return n;
}

static bool ends_not(char c)
{
    return !ends_value(c);
}

/* A parameter that begins at `at`, after its '?' or '&': the length of its name, and of its value
 * after the '='. 0: there is none. */
static size_t param_at(const char *at, size_t len, size_t *value_len)
{
    size_t name = run(at, len, is_name_char);

    if (!name || name == len || at[name] != '=')
        return 0;
    *value_len = run(at + name + 1, len - name - 1, ends_not);
    return name;
}

/* "Bearer abc…", "Basic abc…" (RFC 6750 §2.1, RFC 7617): the length of the scheme with its
 * blank. */
static size_t scheme_at(const char *at, size_t len)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "DPoP ", "Negotiate ", "NTLM "};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]);

        if (len > n && strncasecmp(at, schemes[i], n) == 0 &&
            run(at + n, len - n, is_token_char) >= 8)
            return n;
    }
    return 0;
}

/* A JSON Web Token (RFC 7519 §3.1): {" in Base64, and two dots. */
static size_t jwt_at(const char *at, size_t len)
{
    size_t n = len > 3 && !strncmp(at, "eyJ", 3) ? run(at, len, is_token_char) : 0;
    const char *dot = n ? memchr(at, '.', n) : NULL;

    return dot && memchr(dot + 1, '.', n - (size_t)(dot + 1 - at)) ? n : 0;
}

/* "//user:password@": the length of what stands between (RFC 3986 §3.2.1). */
static size_t userinfo_at(const char *at, size_t len)
{
    size_t n = 0;

    if (len < 3 || at[0] != '/' || at[1] != '/')
        return 0;
    while (n + 2 < len && !ends_value(at[n + 2]) && !is_in(at[n + 2], "/?@"))
        n++;
    return n + 2 < len && at[n + 2] == '@' ? n : 0;
}

/* What is to go, from `at`: as many bytes after *kept ones that stay. `fresh`: a word or parameter
 * may begin here. 0: nothing. */
static size_t secret_at(const char *at, size_t len, bool fresh, bool param, size_t *kept)
{
    size_t value = 0;

    *kept = param ? param_at(at, len, &value) : 0;
    if (*kept && is_secret_name(at, *kept, IN_URL)) {
        ++*kept;
        return value;
    }
    *kept = 2;
    if ((value = userinfo_at(at, len)))
        return value;
    if (!fresh)
        return 0;
    *kept = scheme_at(at, len);
    if (*kept)
        return run(at + *kept, len - *kept, is_token_char);
    return jwt_at(at, len);
}

/* `form`: a parameter stands at the beginning as well. */
static void redact_plain(const char *text, size_t len, bool form, struct text *out)
{
    for (size_t i = 0; i < len;) {
        char before = i ? text[i - 1] : '\0';
        bool fresh = !i || !isalnum((unsigned char)before);
        bool param = i ? is_in(before, "?&#;") : form;
        size_t kept, n = secret_at(text + i, len - i, fresh, param, &kept);

        if (!n) {
            text_add_char(out, text[i++]);
            continue;
        }
        text_add_n(out, text + i, kept);
        text_add(out, redacted);
        i += kept + n;
    }
}

void redact_text(const char *text, size_t len, struct text *out)
{
    redact_plain(text, len, false, out);
}

/* --- header fields --- */

static bool is_name(const char *name, size_t len, const char *as)
{
    return strlen(as) == len && strncasecmp(name, as, len) == 0;
}

static bool has_word(const char *name, size_t len, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= len; i++)
        if (strncasecmp(name + i, word, n) == 0)
            return true;
    return false;
}

/* "a=1; b=2": the names stay. Of Set-Cookie only the first pair is a cookie. */
static void redact_cookies(const char *value, size_t len, bool first_only, struct text *out)
{
    bool inside = false, over = false;

    for (size_t i = 0; i < len; i++) {
        if (value[i] == ';') {
            inside = false;
            over = first_only;
        }
        if (!inside)
            text_add_char(out, value[i]);
        if (value[i] == '=' && !inside && !over) {
            text_add(out, redacted);
            inside = true;
        }
    }
}

static void redact_scheme(const char *value, size_t len, struct text *out)
{
    const char *blank = memchr(value, ' ', len);

    if (blank)
        text_add_n(out, value, (size_t)(blank + 1 - value));
    text_add(out, redacted);
}

void redact_field(
    const char *name, size_t name_len, const char *value, size_t value_len, struct text *out)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!is_name(name, name_len, fields[i].name))
            continue;
        switch (fields[i].kind) {
        case FIELD_WHOLE:
            text_add(out, redacted);
            return;
        case FIELD_SCHEME:
            redact_scheme(value, value_len, out);
            return;
        case FIELD_COOKIE:
        case FIELD_SET_COOKIE:
            redact_cookies(value, value_len, fields[i].kind == FIELD_SET_COOKIE, out);
            return;
        }
    }
    for (size_t i = 0; i < sizeof field_words / sizeof *field_words; i++)
        if (has_word(name, name_len, field_words[i])) {
            text_add(out, redacted);
            return;
        }
    redact_text(value, value_len, out);
}

/* --- bodies --- */

/* The length of a JSON string from its quote on, both quotes included; what is cut runs to the
 * end. */
static size_t json_string(const char *at, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (at[i] == '\\')
            i++;
        else if (at[i] == '"')
            return i + 1;
    }
    return len;
}

static bool is_json_blank(char c)
{
    return is_in(c, " \t\r\n:");
}

static bool is_scalar_char(char c)
{
    return !is_in(c, " \t\r\n,]}[{\"");
}

/* A value that goes; objects and arrays stay, as what is in them is looked at in its turn. */
static size_t json_secret(const char *at, size_t len, struct text *out)
{
    size_t n = len && *at == '"' ? json_string(at, len) : run(at, len, is_scalar_char);

    if (n)
        text_printf(out, "\"%s\"", redacted);
    return n;
}

static void redact_json(const char *body, size_t len, struct text *out)
{
    for (size_t i = 0; i < len;) {
        size_t n = body[i] == '"' ? json_string(body + i, len - i) : 0;

        if (!n) {
            text_add_char(out, body[i++]);
            continue;
        }
        size_t gap = run(body + i + n, len - i - n, is_json_blank);
        bool key = memchr(body + i + n, ':', gap) != NULL;
        if (!key) {
            redact_text(body + i, n, out);
            i += n;
            continue;
        }
        text_add_n(out, body + i, n + gap);
        bool secret = n > 2 && is_secret_name(body + i + 1, n - 2, IN_JSON);
        i += n + gap;
        if (secret)
            i += json_secret(body + i, len - i, out);
    }
}

/* multipart/form-data (RFC 7578 §4.2): the part after name="…" up to the next boundary. */
static size_t part_secret(const char *at, size_t len, size_t *kept)
{
    size_t name = run(at, len, is_name_char);
    const char *body = memmem(at, len, "\r\n\r\n", 4);

    if (!name || name == len || at[name] != '"' || !is_secret_name(at, name, ANYWHERE) || !body)
        return 0;
    *kept = (size_t)(body + 4 - at);
    const char *end = memmem(at + *kept, len - *kept, "\r\n--", 4);
    return end ? (size_t)(end - at) - *kept : len - *kept;
}

static void redact_parts(const char *body, size_t len, struct text *out)
{
    static const char before[] = "name=\"";

    while (len) {
        const char *at = memmem(body, len, before, strlen(before));
        size_t head = at ? (size_t)(at - body) + strlen(before) : len, kept = 0;

        redact_text(body, head, out);
        body += head;
        len -= head;
        size_t n = part_secret(body, len, &kept);
        if (n) {
            text_add_n(out, body, kept);
            text_add(out, redacted);
            body += kept + n;
            len -= kept + n;
        }
    }
}

static bool is_of(const char *type, const char *part)
{
    return type && has_word(type, strlen(type), part);
}

void redact_body(const char *type, const char *body, size_t len, struct text *out)
{
    if (is_of(type, "json"))
        redact_json(body, len, out);
    else if (is_of(type, "multipart/form-data"))
        redact_parts(body, len, out);
    else
        redact_plain(body, len, is_of(type, "x-www-form-urlencoded"), out);
}
