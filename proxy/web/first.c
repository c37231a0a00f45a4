#include "first.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "api.h"
#include "asset.h"
#include "base/json_out.h"
#include "base/text.h"
#include "desk.h"
#include "request.h"
#include "route.h"
#include "store/story_look.h"
#include "web_priv.h"

/* ANSWER_MOST: what a page brings of one answer; a connection with all its bodies is asked for. */
enum { QUESTIONS_MOST = 2, FIELDS_MOST = 3, ANSWER_MOST = 256 * 1024 };

/* Where the page wants the answers: between this and the end of the element. */
static const char place[] = "<script type=\"application/json\" id=\"first\">";

/* A field of a question is that of the page's address, else what is usual; one that is "" is left
 * out. */
struct field {
    const char *name, *usual;
};

/* "flows" is asked at /api/v1/flows; with `tail`, the second part of the page's path follows. */
struct question {
    const char *name;
    bool tail;
    struct field fields[FIELDS_MOST];
};

/* As the pages of ui/src ask, letter for letter: what they do not find here they ask for, as all
 * that may take seconds (route.h, is_long). */
static const struct view {
    const char *path;
    bool tail;
    struct question asks[QUESTIONS_MOST];
} views[] = {
    {"", false, {{.name = "flows", .fields = {{"q", ""}, {"limit", "200"}}}, {.name = "facets"}}},
    {"c", true, {{.name = "flows", .tail = true}}},
    {"devices", false, {{.name = "devices"}}},
    {"devices", true, {{.name = "devices", .tail = true}}},
    {"certificates", false,
        {{.name = "certificates", .fields = {{"tab", "sites"}, {"q", ""}, {"limit", "100"}}}}},
    {"certificates", true, {{.name = "certificates", .tail = true}}},
    {"rules", false, {{.name = "rules"}, {.name = "passes"}}},
    {"rules", true, {{.name = "rules"}, {.name = "passes"}}},
};

static const struct view *view_of(const struct request *r)
{
    const char *path = r->n_parts ? r->parts[0] : "";

    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (!strcmp(views[i].path, path) && views[i].tail == (r->n_parts > 1))
            return &views[i];
    return NULL;
}

void first_add_encoded(struct text *out, const char *value, bool in_path)
{
    const char *plain = in_path ? "-_.!~*'()" : "*-._";

    for (const char *c = value; *c; c++) {
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
            strchr(plain, *c))
            text_add_char(out, *c);
        else if (*c == ' ' && !in_path)
            text_add_char(out, '+');
        else
            text_printf(out, "%%%02X", (unsigned char)*c);
    }
}

/* --- asking --- */

struct telling {
    struct desk *desk;
    struct json_out *json;
};

/* The answer under `asked`, as if it had been asked for; a refusal is left out, and a long one. */
static void tell(const struct telling *t, const char *asked, const struct request *question)
{
    struct answer answer = {0};
    bool other;
    const struct route *route = route_find(question, &other);

    if (route && route->answer)
        route->answer(t->desk, question, &answer);
    if (answer.status == 200 && answer.body.len <= ANSWER_MOST) {
        json_key(t->json, asked);
        json_verbatim(t->json, text_str(&answer.body), answer.body.len);
    }
    answer_fini(&answer);
}

static void put_question(
    const struct telling *t, const struct question *q, const struct request *page)
{
    struct request question = {.method = METHOD_GET, .parts = {"api", "v1", q->name}, .n_parts = 3};
    struct text asked = {0};

    text_printf(&asked, "/%s", q->name);
    if (q->tail) {
        question.parts[question.n_parts++] = page->parts[1];
        text_add(&asked, "/");
        first_add_encoded(&asked, page->parts[1], true);
    }
    for (const struct field *f = q->fields; f < q->fields + FIELDS_MOST && f->name; f++) {
        const char *given = request_arg(page, f->name);
        const char *value = given && *given ? given : f->usual;

        if (!*value)
            continue;
        text_printf(&asked, "%c%s=", question.n_args ? '&' : '?', f->name);
        first_add_encoded(&asked, value, false);
        question.args[question.n_args].name = f->name;
        question.args[question.n_args++].value = value;
    }
    tell(t, text_str(&asked), &question);
    text_fini(&asked);
}

static void put_flow(const struct telling *t, const char *id)
{
    const struct question one = {.name = "flows", .tail = true};
    const struct request page = {.parts = {"c", id}, .n_parts = 2};

    put_question(t, &one, &page);
}

/* The id alone: who asks on takes a look of its own, which may end this one. */
static void see_story(void *arg, const struct story_row *row)
{
    snprintf(arg, API_ID_CAP, "%s", row->last_id);
}

/* Beside the list: what was chosen, else the first thing that needs a look. */
static void put_preview(const struct telling *t, const struct request *page)
{
    const char *chosen = request_arg(page, "sel");
    char id[API_ID_CAP] = "";
    struct flow_look *look;

    if (chosen && *chosen) {
        put_flow(t, chosen);
        return;
    }
    look = desk_look(t->desk, NULL);
    /* One that fails is left to the page, which asks for itself. */
    if (look && story_look_each(look, 1, see_story, id, NULL) && *id)
        put_flow(t, id);
}

static void put_answers(struct desk *desk, const struct request *page, struct text *out)
{
    static const struct question always[] = {{.name = "health"}, {.name = "stories"}};
    const struct view *view = view_of(page);
    struct json_out j;
    struct telling t = {.desk = desk, .json = &j};

    json_init(&j, out);
    json_object(&j);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        put_question(&t, &always[i], page);
    for (size_t i = 0; view && i < QUESTIONS_MOST && view->asks[i].name; i++)
        put_question(&t, &view->asks[i], page);
    if (!page->n_parts)
        put_preview(&t, page);
    json_object_end(&j);
}

/* --- the page --- */

void first_add_harmless(struct text *out, const char *json)
{
    const char *at = json;

    for (size_t n; *at; at += n) {
        n = strcspn(at, "<");
        text_add_n(out, at, n);
        if (at[n] == '<') {
            text_add(out, "\\u003c");
            n++;
        }
    }
}

void first_page(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct asset *page = asset_find("index.html");
    const char *begin = (const char *)page->plain;
    const char *at = memmem(begin, page->plain_len, place, sizeof place - 1);
    size_t head = at ? (size_t)(at - begin) + sizeof place - 1 : page->plain_len;
    struct text json = {0};

    out->status = 200;
    out->type = page->type;
    text_add_n(&out->body, begin, head);
    if (at)
        put_answers(desk, r, &json);
    first_add_harmless(&out->body, text_str(&json));
    text_add_n(&out->body, begin + head, page->plain_len - head);
    text_fini(&json);
}
