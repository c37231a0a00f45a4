/* api_explain.c - what an iPhone would say of a site or a file; declared in api.h. */
#include "api.h"

#include <string.h>

#include "answer.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "body.h"
#include "desk.h"
#include "web.h"

static void ask(struct desk *desk, const struct web_question *question, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    struct err e = {0};
    struct json_out j;

    answer_json(out, &j);
    if (!house->explain(house->arg, question, &j, &e)) {
        answer_error(out, e.kind == ERR_SYSTEM || e.kind == ERR_CRYPTO ? 500 : 400, "%s", e.text);
        return;
    }
    json_object_end(&j);
}

static const char *given(const struct body *body, const char *name)
{
    const char *text = body_text(body, name);

    return text && *text ? text : NULL;
}

void api_explain(struct desk *desk, const struct request *r, struct answer *out)
{
    struct body body;
    uint8_t *bytes = NULL;

    if (!body_take(&body, r, out))
        return;
    const char *file = body_text(&body, "file");
    struct web_question question = {.target = given(&body, "target"),
        .name = given(&body, "name"),
        .password = body_text(&body, "password"),
        .host = given(&body, "host"),
        .at = given(&body, "at"),
        .roots = given(&body, "roots"),
        .with = given(&body, "with")};

    if (!question.name)
        question.name = "file";
    if (!file == !question.target)
        answer_error(out, 400, "a target, or a file in Base64");
    else if (file && !text_from_base64(file, strlen(file), &bytes, &question.file_len))
        answer_error(out, 400, "the file is not in Base64");
    else {
        question.file = bytes;
        ask(desk, &question, out);
    }
    if (bytes)
        explicit_bzero(bytes, question.file_len); /* a private key may be in it */
    mem_free(bytes);
    body_fini(&body);
}
