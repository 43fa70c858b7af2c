import type { FileToCopy } from "./engine.ts";

/**
 * Runs a program, hands on what it writes a few times a second, and ends as it ends. Programs write their logs line by line, and
 * each write wakes the container engine and the harness, which costs more than the line.
 */
const program = `use strict;
use warnings;
use POSIX qw(WNOHANG);
pipe(my $out, my $in) or die "pipe: $!\\n";
# A signal ends the wait below.
$SIG{CHLD} = sub {};
my $child = fork() // die "fork: $!\\n";
if ($child == 0) {
    close $out;
    open(STDOUT, '>&', $in) && open(STDERR, '>&', $in) or die "output: $!\\n";
    close $in;
    exec @ARGV or die "$ARGV[0]: $!\\n";
}
close $in;
# What is sent to this is meant for the program.
$SIG{$_} = sub { kill $_[0], $child } for qw(TERM INT HUP);
$out->blocking(0);
vec(my $watched = '', fileno($out), 1) = 1;
my ($open, $status) = (1, undef);
until (defined $status) {
    select(my $ready = $open ? $watched : '', undef, undef, 1);
    select(undef, undef, undef, 0.05);
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        $status = $? if $pid == $child;
    }
    while (defined(my $read = sysread($out, my $text, 65536))) {
        if ($read == 0) { $open = 0; last }
        substr($text, 0, syswrite(STDOUT, $text) // exit 1, '') while length $text;
    }
}
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
`;

const path = "/danelab/gather.pl";

/** The command with its output gathered; images without Perl run it as it is. */
export function gathered(command: readonly string[]): {
  readonly command: readonly string[];
  readonly files: readonly FileToCopy[];
} {
  return {
    command: [
      "sh",
      "-c",
      `if command -v perl >/dev/null; then exec perl ${path} "$@"; else exec "$@"; fi`,
      "sh",
      ...command,
    ],
    files: [{ path, content: program }],
  };
}
