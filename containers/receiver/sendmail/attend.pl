#!/usr/bin/perl
# Parent of Sendmail's daemons, one for each line of the list: "port name certificates keys". Each has a configuration of its
# own, made from the common one. Takes the place of syslogd and reads what the daemons write down of the traffic (-X), and
# writes all to standard output, in the order in which a process said it. Sendmail does not tell when a session is over:
# that its process has ended does.
#   sendmail[PID]: ...       from the log
#   traffic[PID]: <<< ...    from the traffic
#   danelab: PID ended
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use Socket qw(MSG_DONTWAIT);
use POSIX qw(WNOHANG);
use Sys::Hostname;

my ($list, $common, $traffic) = @ARGV;
$| = 1;
unlink '/dev/log';
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '/dev/log') or die "/dev/log: $!\n";
chmod 0666, '/dev/log';
POSIX::mkfifo($traffic, 0600) or die "$traffic: $!\n";
# Read and write: it never ends.
open(my $said, '+<', $traffic) or die "$traffic: $!\n";
$said->blocking(0);

open(my $hosts, '<', $list) or die "$list: $!\n";
my @hosts = map { [split] } <$hosts>;

# Sendmail waits a minute for its host to have a name with a dot in it, and looks up the names of its clients: the
# harness has an address for each port.
my $known = do { local (@ARGV, $/) = '/etc/hosts'; <> };
open(my $names, '>', '/etc/hosts') or die "/etc/hosts: $!\n";
print $names '127.0.0.1 localhost.example ', hostname(), "\n";
for (@hosts) {
    my ($high, $low) = ($_->[0] >> 8, $_->[0] & 255);
    print $names "127.2.$high.$low harness.example\n";
}
print $names $known;
close $names;

my (%daemon, %serving);
for (@hosts) {
    my ($port, $name, $certificates, $keys) = @$_;
    open(my $from, '<', $common) or die "$common: $!\n";
    open(my $to, '>', "/etc/mail/$port.cf") or die "/etc/mail/$port.cf: $!\n";
    while (<$from>) { s/^Dj.*/Dj$name/; print $to $_ }
    close $to;
    my $pid = fork() // die "fork: $!\n";
    $daemon{$pid} = $name and next if $pid;
    open(STDIN, '<', '/dev/null');
    exec '/usr/sbin/sendmail', "-C/etc/mail/$port.cf", '-bD', "-X$traffic",
        "-ODaemonPortOptions=Name=MTA, Family=inet, Addr=127.0.0.1, Port=$port", "-OPidFile=/run/sendmail-$port.pid",
        "-OServerCertFile=$certificates", "-OServerKeyFile=$keys", "-OCACertFile=" . ($certificates =~ s/,.*//r);
    exit 127;
}

sub hear {
    while (defined $log->recv(my $line, 65536, MSG_DONTWAIT)) {
        $line =~ s/^<\d+>//;
        $line =~ s/[\s\0]+\z//;
        print "$line\n";
        $serving{$1} = 1 if $line =~ /sendmail\[(\d+)\]: \w+: client=/;
    }
}

my $select = IO::Select->new($log, $said);
my $text = '';
for (;;) {
    $select->can_read(0.05);
    my @over = grep { !kill 0, $_ } keys %serving;
    # What a process wrote to the log before it spoke is in the socket by the time that its words are read here.
    1 while sysread($said, $text, 65536, length $text);
    hear();
    print "traffic[$1]: $2\n" while $text =~ s/^0*(\d+) ([^\n]*?)\r?\n//;
    # A line of no process: the rest of what a client sent that was no text.
    $text =~ s/^[^\n]*\n//;
    for (@over) {
        print "danelab: $_ ended\n";
        delete $serving{$_};
    }
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        hear();
        print "danelab: sendmail of $daemon{$pid} ended, status $?\n" if $daemon{$pid};
        exit 1;
    }
}
