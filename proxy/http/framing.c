#include "framing.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "h1.h"

/* The next element of a comma-separated list, without the blanks around it; false at the end. An
 * element may be empty. */
static bool next_element(const char **at, const char **element, size_t *len)
{
    if (!*at)
        return false;
    *at += strspn(*at, " \t");
    size_t n = strcspn(*at, ",");
    *element = *at;
    *at = (*at)[n] ? *at + n + 1 : NULL;
    while (n > 0 && ((*element)[n - 1] == ' ' || (*element)[n - 1] == '\t'))
        n--;
    *len = n;
    return true;
}

static bool is_word(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

static bool is_known_coding(const char *s, size_t n)
{
    static const char *const known[] = {
        "chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is_word(s, n, known[i]))
            return true;
    return false;
}

/* A recipient that does not know a coding may take the body for one without it (CVE-2019-16276,
 * CVE-2022-32213); chunked twice is one body within another. */
static const char *codings(const char *value, bool request)
{
    const char *element;
    size_t n;
    bool chunked = false;

    while (next_element(&value, &element, &n)) {
        if (chunked)
            return "a Transfer-Encoding in which chunked is not last and once (RFC 9112 §6.1)";
        chunked = is_word(element, n, "chunked");
        if (request && !is_known_coding(element, n))
            return "a Transfer-Encoding that is none of the registered ones (RFC 9112 §7)";
    }
    return NULL;
}

/* A recipient that takes away what Connection names would take away the frame of the message. */
static const char *options(const char *value)
{
    static const char *const never[] = {"content-length", "transfer-encoding", "host"};
    const char *element;
    size_t n;

    while (next_element(&value, &element, &n))
        for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
            if (is_word(element, n, never[i]))
                return "a Connection that names a field which frames or routes the message "
                       "(RFC 9110 §7.6.1)";
    return NULL;
}

/* RFC 9110 §7.2: uri-host [ ":" port ]. Of two recipients one reads up to such a character, one
 * beyond it. */
static const char *host(const char *value)
{
    for (const char *c = value; *c; c++)
        if (strchr(" \t/\\@?#,<>\"", *c) || (unsigned char)*c > 0x7e)
            return "a Host that is no host and port (RFC 9112 §3.2)";
    return NULL;
}

static const char *field(const struct h1_head *head, const struct h1_field *f, bool request)
{
    if (text_equal_caseless(f->name, "Transfer-Encoding")) {
        if (request && head->minor == 0)
            return "Transfer-Encoding in HTTP/1.0, which does not know it (RFC 9112 §6.1)";
        return codings(f->value, request);
    }
    if (text_equal_caseless(f->name, "Connection"))
        return options(f->value);
    if (!request)
        return NULL;
    if (text_equal_caseless(f->name, "Host"))
        return host(f->value);
    if (text_equal_caseless(f->name, "Expect") && !text_equal_caseless(f->value, "100-continue"))
        return "an Expect that is not 100-continue (RFC 9110 §10.1.1)";
    return NULL;
}

/* RFC 9110 §9.3.6: it has no content. One who reads one none the less takes the tunnel's first
 * bytes for it. */
static bool is_connect_with_body(const struct h1_head *head)
{
    const char *length = h1_field(head, "Content-Length");

    return strcmp(head->method, "CONNECT") == 0 &&
           (h1_field(head, "Transfer-Encoding") ||
               (length && strspn(length, "0") < strlen(length)));
}

const char *framing_refused(const struct h1_head *head, bool request)
{
    const char *why = NULL;

    for (size_t i = 0; i < head->n_fields && !why; i++)
        why = field(head, &head->fields[i], request);
    if (!why && request && is_connect_with_body(head))
        return "a CONNECT with content (RFC 9110 §9.3.6)";
    return why;
}
