#!/usr/bin/perl
# Parent of chasquid's processes, one for each folder of configurations, and writes what they log to standard output. A reply of
# several lines is one line there, and becomes several here. chasquid does not always tell when a session is over: the table of
# sockets does.
#   . conn.go:261        SMTP.Conn 127.0.0.1:40000: -> EHLO client.example
#   danelab: 127.0.0.1:40000 closed
use strict;
use warnings;
use IO::Select;
use POSIX qw(WNOHANG);
use Socket qw(inet_ntoa);

my ($folders, $data) = @ARGV;
$| = 1;
my $select = IO::Select->new;
my (%host, %text, %open);
for my $folder (glob "$folders/*") {
    my ($port) = $folder =~ m{([^/]+)$};
    mkdir "$data/$port" or die "$data/$port: $!\n";
    pipe(my $log, my $end) or die "pipe: $!\n";
    my $pid = fork() // die "fork: $!\n";
    if (!$pid) {
        open(STDERR, '>&', $end) or exit 126;
        exec 'chasquid', '-v=1', "-config_dir=$folder" or exit 127;
    }
    close $end;
    $log->blocking(0);
    $select->add($log);
    $host{$pid} = $port;
    $text{$log} = '';
}

sub hear {
    my ($log) = @_;
    1 while sysread($log, $text{$log}, 65536, length $text{$log});
    while ($text{$log} =~ s/^(.*)\n//) {
        my $line = $1;
        $open{$1} = 1 if $line =~ /SMTP\.Conn (\S+): Connected/;
        if ($line =~ /^(.* SMTP\.Conn \S+: <- )(\d+)  (.*\\n.*)$/) {
            my ($begin, $code, @lines) = ($1, $2, split /\\n/, $3);
            my $last = pop @lines;
            print "$begin$code-$_\n" for @lines;
            $line = "$begin$code $last";
        }
        print "$line\n";
    }
}

# Those of which chasquid's end is still open: established, or closed by the client alone (proc(5), /proc/net/tcp).
sub connected {
    my %found;
    open(my $table, '<', '/proc/net/tcp') or die "/proc/net/tcp: $!\n";
    while (<$table>) {
        my ($address, $port) = /^ *\d+: [0-9A-F]+:[0-9A-F]+ ([0-9A-F]{8}):([0-9A-F]{4}) 0[18] / or next;
        $found{inet_ntoa(pack 'L', hex $address) . ':' . hex $port} = 1;
    }
    return \%found;
}

for (;;) {
    $select->can_read(0.05);
    my $connected = %open ? connected() : {};
    my @over = grep { !$connected->{$_} } keys %open;
    # What was logged before the end is in the pipe by now.
    hear($_) for $select->handles;
    for (@over) {
        print "danelab: $_ closed\n";
        delete $open{$_};
    }
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        print "danelab: chasquid at port $host{$pid} ended, status $?\n";
        exit 1;
    }
}
