#include "jsonl_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "cert/facts.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "mint_chain.h"

#define HEAD "{\"v\":1,\"id\":\"x\",\"client\":{},\"certificates\":"

static struct flow *read_line(const char *line)
{
    struct err e = {0};
    struct flow *f = jsonl_read(line, strlen(line), &e);

    if (!f)
        fail_msg("%s", e.text);
    return f;
}

static void certificates_beside_a_record_are_kept(void **state)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "a.example"}, NULL);
    struct text pem = {0}, line = {0};
    struct json_out j;

    (void)state;
    text_add_pem(&pem, "CERTIFICATE", leaf->cert->der.at, leaf->cert->der.len);
    text_add(&line, HEAD "[7,{\"pem\":\"rubbish\"},{\"pem\":");
    json_init(&j, &line);
    json_text(&j, text_str(&pem));
    text_add(&line, "}]}");
    struct flow *f = read_line(text_str(&line));
    assert_non_null(flow_certificate_kept(f, leaf->cert->sha256_hex));
    flow_free(f);
    mint_free(leaf);
    text_fini(&pem);
    text_fini(&line);
}

static void what_is_no_certificate_is_left_out(void **state)
{
    static const char *const lines[] = {HEAD "[]}", HEAD "{}}", HEAD "null}",
        HEAD "[{\"sha256\":\"aa\",\"subject\":\"CN=x\"}]}", HEAD "[{\"pem\":{}}]}"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct flow *f = read_line(lines[i]);

        assert_null(f->kept);
        flow_free(f);
    }
}

static void what_is_no_record_is_an_error(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(jsonl_read("{\"certificates\":[]}", 19, &e));
    assert_int_equal(e.kind, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_beside_a_record_are_kept),
        cmocka_unit_test(what_is_no_certificate_is_left_out),
        cmocka_unit_test(what_is_no_record_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
