#!/usr/bin/perl
# In place of syslogd: writes each line to standard output, whole. Standard error, which OpenSMTPD's processes share, mixes
# them up. Starts the program that it is told, and ends with it.
use strict;
use warnings;
use IO::Socket::UNIX;

$| = 1;
unlink '/dev/log';
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '/dev/log') or die "/dev/log: $!\n";
chmod 0666, '/dev/log';
my $pid = fork() // die "fork: $!\n";
if (!$pid) { exec @ARGV or die "$ARGV[0]: $!\n" }
my $ended = 0;
$SIG{CHLD} = sub { $ended = 1 if waitpid($pid, 1) == $pid };
until ($ended) {
    next unless defined $log->recv(my $line, 65536);
    $line =~ s/^<\d+>//;
    $line =~ s/[\s\0]+\z//;
    print "$line\n";
}
print "danelab: $ARGV[0] ended, status $?\n";
exit 1;
