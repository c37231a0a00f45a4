#include "trial.h"

#include "samples.h"

static void each_end_is_told_apart(void **state)
{
    static const struct {
        const char *file;
        enum trial_end end;
        const char *says;
    } cases[] = {
        {SAMPLE("future"), TRIAL_READY, "visit at 'hello'"},
        {SAMPLE("verbs"), TRIAL_READY, "gives verbs.count"},
        {SAMPLE("wrong_abi"), TRIAL_REFUSED, "made for plugin ABI 2"},
        {SAMPLE("garbage"), TRIAL_REFUSED, "its name is no text"},
        {SAMPLE("no_plugin"), TRIAL_REFUSED, "it is no plugin"},
        {SAMPLE("rogue"), TRIAL_FAULTY, "was refused 'decide' at judged"},
        {SAMPLE("rogue"), TRIAL_FAULTY, "rogue took "},
        {SAMPLE("crash"), TRIAL_CRASHED, "plugin crash crashed at 'load': a wild pointer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *files[] = {cases[i].file, NULL};
        const struct plugins_config config = {.files = files};
        struct text says = {0};
        enum trial_end end = trial_run(&config, &says);

        if (end != cases[i].end || !strstr(text_str(&says), cases[i].says))
            fail_msg("%s: end %d, and \"%s\" is not in:\n%s", cases[i].file, (int)end,
                cases[i].says, text_str(&says));
        text_fini(&says);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
