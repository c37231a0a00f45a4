"""deploy/pages.py over a small program: what the manual and the completions make of its help."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PAGES = pathlib.Path(__file__).resolve().parents[2] / 'deploy/pages.py'

PROGRAM = r'''#!/bin/sh
case "$1" in
--help) cat <<'X'
usage: tool COMMAND

  ask       what is it?
  keys      make and show
X
;;
ask) cat <<'X'
usage: whytls ask TARGET [OPTION]…

Asks. It's -x:
  as it stands

  -l, --listen ADDR:PORT       where; may be given again
      --color WHEN             always, never or auto
      --roots WHOSE            apple (default), or a file
      --help                   this text

.starts with a dot
X
;;
keys) cat <<'X'
usage: whytls keys make|show [OPTION]…

Keys.

      --help                   this text
X
;;
esac
'''

MANUAL = '''.TH
.\\" Made by deploy/pages.py from the program's --help: begin synopsis
old
.\\" end synopsis
between
.\\" Made by deploy/pages.py from the program's --help: begin commands
.\\" end commands
after
'''


class Pages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name).resolve()
        for name in ('deploy/man', 'deploy/completions'):
            (self.top / name).mkdir(parents=True)
        shutil.copy(PAGES, self.top / 'deploy')
        self.program = self.top / 'tool'
        self.program.write_text(PROGRAM, encoding='utf-8')
        self.program.chmod(0o755)
        self.manual = self.top / 'deploy/man/whytls.1'
        self.manual.write_text(MANUAL, encoding='utf-8')

    def run_pages(self, *arguments):
        return subprocess.run([sys.executable, '-B', self.top / 'deploy/pages.py', *arguments, self.program], capture_output=True, text=True)

    def complete(self, *words):
        script = f'source {self.top}/deploy/completions/whytls.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _whytls; printf "%s\\n" "${{COMPREPLY[@]}}"'
        done = subprocess.run(['bash', '-c', script, 'bash', *words], capture_output=True, text=True, cwd=self.top / 'deploy/man', check=True)
        return done.stdout.split()

    def test_pages_that_were_written_are_current_until_a_help_changes(self):
        self.assertEqual(self.run_pages('--check').returncode, 1)
        self.assertEqual(self.run_pages().returncode, 0)
        self.assertEqual(self.run_pages('--check').returncode, 0)
        self.program.write_text(PROGRAM.replace('--listen', '--hear'), encoding='utf-8')
        done = self.run_pages('--check')
        self.assertEqual(done.returncode, 1)
        for page in ('man/whytls.1', 'completions/whytls.bash', 'completions/whytls.zsh'):
            self.assertIn(f'deploy/{page} is out of date', done.stdout)

    def test_the_manual_keeps_what_was_written_by_hand(self):
        self.run_pages()
        text = self.manual.read_text(encoding='utf-8')
        self.assertTrue(text.startswith('.TH\n') and text.endswith('after\n') and 'between\n' in text and 'old' not in text)
        self.assertIn('.B whytls keys\nmake|show [OPTION]...\n', text)
        self.assertIn('.TP\n\\fB\\-l, \\-\\-listen\\fR\\ \\fIADDR:PORT\\fR\nwhere; may be given again\n', text)
        self.assertIn('\n\\&.starts with a dot\n', text)
        self.assertIn('Asks. It\\(aqs \\-x:\n.PP\n.nf\n  as it stands\n', text)

    def test_bash_completes_commands_options_words_and_values(self):
        self.run_pages()
        for words, wanted in (
                (('whytls', ''), {'ask', 'keys', '--help', '--version'}),
                (('whytls', 'ask', '--'), {'--listen', '--color', '--roots', '--help'}),
                (('whytls', 'ask', '--color', ''), {'always', 'never', 'auto'}),
                (('whytls', 'ask', '--roots', ''), {'apple', 'whytls.1'}),
                (('whytls', 'ask', 'w'), {'whytls.1'}),
                (('whytls', 'keys', ''), {'make', 'show', 'whytls.1'}),
                (('whytls', 'keys', 'make', ''), {'whytls.1'})):
            self.assertEqual(set(self.complete(*words)), wanted, words)

    def test_zsh_gets_the_same_with_what_each_is_for(self):
        self.run_pages()
        text = (self.top / 'deploy/completions/whytls.zsh').read_text(encoding='utf-8')
        for part in ("'ask:what is it?'", "'*-l[where; may be given again]:addr\\:port:'", "'--color[always, never or auto]:when:(always never auto)'",
                     "'--roots[apple (default), or a file]:whose:_files'", "'1:what:(make show)'"):
            self.assertIn(part, text)


unittest.main()
