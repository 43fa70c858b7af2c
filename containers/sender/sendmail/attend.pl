#!/usr/bin/perl
# Parent of Sendmail. Sendmail speaks to syslog only, and does not tell when an attempt at a message has ended: a server
# after the next may be tried. So this takes the place of syslogd, writes all lines to standard output, runs the queue for
# each message that has come in (a bounded number at once, those that are to be tried again first), and says when that run
# is over:
#   danelab: QID: over, to=<recipient>
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use POSIX qw(WNOHANG);
use Socket qw(MSG_DONTWAIT);

my ($fifo, $at_once, @sendmail) = @ARGV;
unlink '/dev/log';
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '/dev/log') or die "/dev/log: $!\n";
chmod 0666, '/dev/log';
POSIX::mkfifo($fifo, 0600) or die "$fifo: $!\n";
# Read and write: it never ends.
open(my $again, '+<', $fifo) or die "$fifo: $!\n";
$again->blocking(0);

sub start {
    my ($niceness, @command) = @_;
    my $pid = fork() // die "fork: $!\n";
    return $pid if $pid;
    setpriority(0, 0, $niceness);
    open(STDIN, '<', '/dev/null');
    open(STDOUT, '>', '/dev/null');
    exec @command or exit 127;
}

my $daemon = start(0, @sendmail, '-bD');
my $select = IO::Select->new($log, $again);
my (@due, %coming, %run, %seen, %later, $asked);
$asked = '';

sub hear {
    my $line = shift;
    $line =~ s/^<\d+>//;
    $line =~ s/\s+\z//;
    print "$line\n";
    return unless $line =~ /sendmail\[\d+\]: (\w+): (from|to)=(.*)/;
    my ($id, $what, $rest) = ($1, $2, $3);
    # A message that is coming in; bounces are sent by the run that made them. Its queue file is made after this line: a run
    # that came before would lock it away from who makes it.
    $coming{$id} = 1 if $what eq 'from' && $rest =~ / daemon=/;
    push @due, $id if $what eq 'to' && $rest =~ / stat=queued$/ && delete $coming{$id};
    # Without a status code it is only said to be queued.
    if ($what eq 'to' && $rest =~ /^(.*?), (?:ctladdr|delay)=.* dsn=/) {
        $seen{$id}{$_} = 1 for $1 =~ /(<[^>]*>)/g;
    }
}

sub drain {
    my $line;
    hear($line) while defined $log->recv($line, 65536, MSG_DONTWAIT);
    while (sysread($again, my $text, 65536)) {
        $asked .= $text;
        unshift @due, $1 while $asked =~ s/^(\w+)\n//;
    }
}

for (;;) {
    $select->can_read(0.05);
    drain();
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        if ($pid == $daemon) {
            drain();
            print "danelab: sendmail ended, status $?\n";
            exit 1;
        }
        my $id = delete $run{$pid} // next;
        # What it said last is in the socket by now.
        drain();
        if (my $to = delete $seen{$id}) {
            print "danelab: $id: over, to=$_\n" for sort keys %$to;
        } elsif (-e "/var/spool/mqueue/qf$id") {
            # Another process still had it in its hands.
            $later{$id} = time;
        }
    }
    for my $id (keys %later) {
        next if $later{$id} == time;
        delete $later{$id};
        push @due, $id;
    }
    my %busy = map { $_ => 1 } values %run;
    my @wait;
    while (@due && keys %run < $at_once) {
        my $id = shift @due;
        if ($busy{$id}++) { push @wait, $id; next }
        delete $seen{$id};
        # Behind what takes mail in, and behind this.
        $run{start(10, @sendmail, '-qf', "-qI$id")} = $id;
    }
    unshift @due, @wait;
    STDOUT->flush;
}
