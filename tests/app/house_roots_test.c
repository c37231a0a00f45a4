#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cert/chain.h"
#include "house_priv.h"
#include "mint_chain.h"
#include "trust/roots.h"

static void hex_of(const struct cert *c, char out[static 65])
{
    for (size_t i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", c->sha256[i]);
}

static void a_root_at_hand_is_told_and_no_other(void **state)
{
    struct mint *mine = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct cert_chain *chain = cert_chain_new();
    struct house h = {0};
    struct web_house web = {0};
    struct web_root told;
    char sha256[65], odd[66];

    (void)state;
    cert_chain_push(chain, mine->cert);
    h.roots = roots_from_chain(chain, "custom");
    cert_chain_free(chain);
    house_give_roots(&web);
    hex_of(mine->cert, sha256);
    assert_true(web.root(&h, sha256, &told));
    assert_string_equal(told.subject, "CN=Root");
    assert_string_equal(told.stores, "custom");
    assert_int_equal(told.not_after, mine->cert->not_after);
    assert_int_equal(told.der_len, mine->cert->der.len);
    assert_memory_equal(told.der, mine->cert->der.at, told.der_len);

    snprintf(odd, sizeof odd, "%s0", sha256);
    assert_false(web.root(&h, odd, &told));
    for (size_t i = 0; i < 64; i++) {
        strcpy(odd, sha256);
        odd[i] = i % 2 ? 'G' : '\0';
        assert_false(web.root(&h, odd, &told));
    }
    hex_of(other->cert, sha256);
    assert_false(web.root(&h, sha256, &told));
    roots_unref(h.roots);
    mint_free(mine);
    mint_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_root_at_hand_is_told_and_no_other)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
