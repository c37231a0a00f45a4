"""Small trees with one fault each: a rule that finds nothing would guard nothing."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class House(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name).resolve()
        self.put('tests/house/no_mirror.txt', '')
        for script in HERE.glob('*.py'):
            if script.name != pathlib.Path(__file__).name:
                shutil.copy(script, self.top / 'tests/house')
        self.put('proxy/base/mem.c', '#include <stdlib.h>\n')
        self.put('tests/base/mem_test.c', '')
        self.put('tests/base/CMakeLists.txt', 'whytls_test(base mem)\n')

    def put(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def run_rule(self, rule):
        done = subprocess.run([sys.executable, '-B', self.top / f'tests/house/{rule}.py', self.top], capture_output=True, text=True)
        self.assertEqual(done.stderr, '')
        return done

    def holds(self, rule):
        done = self.run_rule(rule)
        self.assertEqual(done.returncode, 0, done.stdout)

    def finds(self, rule, *faults):
        done = self.run_rule(rule)
        self.assertEqual(done.returncode, 1, done.stdout)
        lines = done.stdout.splitlines()[:-1]
        self.assertEqual(len(lines), len(faults), done.stdout)
        for line, fault in zip(lines, faults):
            self.assertIn(fault, line)

    def test_a_house_in_order_has_no_faults(self):
        for rule in ('mirror', 'banned', 'homes', 'words'):
            self.holds(rule)

    def test_an_empty_house_is_a_fault(self):
        shutil.rmtree(self.top / 'proxy')
        self.finds('banned', 'is this the top of the tree?')

    def test_a_source_without_its_test_is_named(self):
        self.put('proxy/wire/sniff.c', '')
        self.finds('mirror', 'proxy/wire/sniff.c: tests/wire/sniff_test.c is missing')

    def test_a_test_that_is_not_listed_is_named(self):
        self.put('proxy/base/text.c', '')
        self.put('tests/base/text_test.c', '')
        self.finds('mirror', 'tests/base/text_test.c: not listed')

    def test_an_exception_frees_a_source_and_is_a_fault_once_it_is_not_needed(self):
        self.put('proxy/app/main.c', '')
        self.put('tests/house/no_mirror.txt', 'app/main.c  only calls the commands\n')
        self.holds('mirror')
        self.put('tests/app/main_test.c', '')
        self.put('tests/app/CMakeLists.txt', 'whytls_test(app main)\n')
        self.finds('mirror', 'app/main.c excuses no file')

    def test_an_exception_needs_a_reason(self):
        self.put('proxy/app/main.c', '')
        self.put('tests/house/no_mirror.txt', 'app/main.c\n')
        self.finds('mirror', 'app/main.c has no reason')

    def test_banned_calls_are_found(self):
        for call in ('strcpy(a, b)', 'sprintf (a, b)', 'gmtime(t)', 'alloca(9)', 'system(a)', 'strtok(a, b)', 'rand()', 'usleep(1)',
                     'getaddrinfo(a, b, c, d)'):
            self.put('proxy/wire/a.c', f'/* one */\nint x = {call};\n')
            self.finds('banned', f'proxy/wire/a.c:2: {call.split("(")[0].strip()}')

    def test_what_only_looks_like_a_banned_call_is_not_found(self):
        self.put('proxy/wire/a.c', '/* strcpy(a, b)\n sprintf( */ // gets(\nx = "system(1)";\nf->system(x);\no.rand();\n'
                                   'gmtime_r(&t, &tm);\nsnprintf(a);\nmy_strcpy(a);\nx = \'"\'; y = \'"\';\n')
        self.holds('banned')

    def test_a_library_out_of_its_home_is_found(self):
        self.put('proxy/tls/leg.c', '#include <openssl/ssl.h>\n#include <openssl/evp.h>\n#include <event2/buffer.h>\n')
        self.put('proxy/net/loop.c', '#include <event2/event.h>\n#include <ares.h>\n#include <sys/socket.h>\n')
        self.holds('homes')
        self.put('proxy/cert/leaf.c', '#include <openssl/x509.h>\n#include <openssl/ssl.h>\n')
        self.put('proxy/relay/relay.c', '#include <event2/buffer.h>\n#include <event2/event.h>\n# include <lua.h>\n')
        self.put('proxy/wire/a.c', '#include <never/heard.h>\n')
        self.finds('homes', 'leaf.c:2: <openssl/ssl.h>', 'relay.c:2: <event2/event.h>', 'relay.c:3: <lua.h>', 'has no home')

    def test_words_of_the_workshop_are_found_everywhere(self):
        self.put('lua/rules/a.lua', '-- see sha' + 'red/design/x.md\n')
        self.put('deploy/run.sh', 'cd /wo' + 'rk/main\n')
        self.put('proxy/base/mem.h', '/* network/worker and framework/ are fine */\n')
        self.finds('words', 'deploy/run.sh:1', 'lua/rules/a.lua:1')

    def test_what_npm_fetched_is_not_ours(self):
        self.put('proxy/web/ui/node_modules/one/a.c', 'int x = gets(\n')
        self.put('tests/node_modules/one/README.md', 'cd /wo' + 'rk/main\n')
        for rule in ('mirror', 'banned', 'words'):
            self.holds(rule)


if __name__ == '__main__':
    unittest.main()
