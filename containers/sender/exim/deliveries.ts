/**
 * Exim only takes mail in. This program tries the messages whose ids it reads from a FIFO, a bounded number at once: left to
 * itself, Exim starts a process for each message that comes in, hundreds in a burst.
 *
 * To start Exim costs more than to deliver. So in a burst one process takes several messages, one after the other: what is
 * said to take long is handed in first and stands at the head of the queue, what is quick at its end; a process takes quick
 * ones, then one from the head, for which nobody waits.
 *
 * A message that another process still has in its hands would be passed over: the lock on its -D file is waited for
 * (proc_locks(5) tells locks by inode).
 */
export const deliveries = String.raw`#!/usr/bin/perl
use strict;
use warnings;
use POSIX qw(WNOHANG);

my ($fifo, $input, $at_once) = @ARGV;
# Read and write: it never ends.
open(my $ids, '+<', $fifo) or die "$fifo: $!\n";
$SIG{CHLD} = sub { };
my ($text, $running, @due, @held) = ('', 0);

sub is_held {
    my $inode = (stat "$input/$_[0]-D")[1] // return 0;
    open(my $locks, '<', '/proc/locks') or die "/proc/locks: $!\n";
    return scalar grep { /:$inode / } <$locks>;
}

for (;;) {
    vec(my $ready = '', fileno($ids), 1) = 1;
    if (select($ready, undef, undef, 0.1) > 0) {
        sysread($ids, $text, 65536, length $text);
        push @due, $1 while $text =~ s/^(\S+)\n//;
    }
    $running-- while waitpid(-1, WNOHANG) > 0;
    unshift @due, splice @held;
    while (@due && $running < $at_once) {
        # So many are a burst.
        my @take = @due >= 8 ? (splice(@due, -3), shift @due) : shift @due;
        push @held, grep { is_held($_) } @take;
        my %later = map { $_ => 1 } @held;
        @take = grep { !$later{$_} } @take or next;
        my $pid = fork() // die "fork: $!\n";
        if ($pid) { $running++; next }
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>', '/dev/null');
        open(STDERR, '>', '/dev/null');
        # Dozens of them leave the processor to what asks for the queue.
        setpriority(0, 0, 10);
        # Whatever is remembered of earlier failures of their hosts.
        exec 'exim', '-M', @take or exit 127;
    }
}
`;
