#!/usr/bin/perl
# dma has no SMTP server: this one, which is danelab's own, takes each message at 127.0.0.1:25 and runs "dma -D" for it. That
# process makes an attempt at once; if the message is deferred it sleeps, and tries again when it is sent SIGHUP (dma -q does
# so to all). dma speaks to syslog only, and does not tell when an attempt has ended with the message deferred. So this also
# takes the place of syslogd, writes all lines to standard output, and says when the processes of a message sleep, or the
# last one died:
#   danelab: ID: over, to=<recipient>
#   danelab: ID: died of signal 13, to=<recipient>
# A message is tried again when its id is written to a FIFO. Where its process died, "dma -q" takes it up.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX qw(WNOHANG);

my ($fifo, $at_once) = @ARGV;
my $flush = '/var/spool/dma/flush';
$| = 1;
$SIG{PIPE} = 'IGNORE';
unlink '/dev/log';
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '/dev/log') or die "/dev/log: $!\n";
chmod 0666, '/dev/log';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 25, Listen => 64, ReuseAddr => 1)
    or die "127.0.0.1:25: $!\n";
POSIX::mkfifo($fifo, 0600) or die "$fifo: $!\n";
# Read and write: it never ends.
open(my $again, '+<', $fifo) or die "$fifo: $!\n";
$again->blocking(0);
# As dma does itself where root calls it. As dma then gains no privileges, its processes can be looked at.
my ($uid, $gid) = (getpwnam('mail'))[2, 3];
$) = "$gid $gid";
$( = $gid;
POSIX::setuid($uid) or die "setuid: $!\n";

my $select = IO::Select->new($log, $again, $server);
# Sessions by socket; messages by id; ids by the first recipient, of messages that dma has not yet named.
my (%session, %message, %unnamed, %pid, @due);
my ($asked, $flushed) = ('', 0);

sub hear {
    my $line = shift;
    $line =~ s/^<\d+>//;
    $line =~ s/[\s\0]+\z//;
    $line =~ s/\n/\\n/g;
    print "$line\n";
    if ($line =~ /dma\[([0-9a-f]+)\]: mail to=<(.*)> queued as ([0-9a-f.]+)$/) {
        my ($id, $to, $item) = ($1, $2, $3);
        $message{$id}{items}{$item} = $to;
        # The recipient that was handed over first is named last.
        if (my $message = delete $unnamed{$to}) {
            @{$message{$id}}{qw(pid count group active)} = (@$message{qw(pid count)}, $message->{count} > 1, 1);
            $pid{$message->{pid}} = $id;
            say_to($message->{socket}, "250 2.0.0 Ok: queued as $id");
        }
    } elsif ($line =~ /dma\[([0-9a-f]+)\.[0-9a-f]+\]: <(.*)> (trying delivery|delivery successful)$/) {
        my $message = $message{$1} or return;
        delete $message->{wait}{$2};
        if ($3 eq 'trying delivery') { $message->{trying}{$2} = 1 } else { delete $message->{trying}{$2} }
    } elsif ($line =~ /dma\[(([0-9a-f]+)\.[0-9a-f]+)\]: delivery failed, bouncing as/) {
        my $message = $message{$2} or return;
        delete $message->{trying}{$message->{items}{$1} // ''};
    }
}

my $lines = IO::Select->new($log);

sub drain {
    my $line;
    while ($lines->can_read(0)) {
        defined $log->recv($line, 65536) and hear($line);
    }
}

sub say_to {
    my ($socket, $text) = @_;
    $socket->blocking(1);
    print $socket "$text\r\n";
    $socket->blocking(0);
}

sub hand_over {
    my $session = shift;
    my ($from, @to) = ($session->{from}, @{$session->{to}});
    pipe(my $out, my $in) or die "pipe: $!\n";
    my $pid = fork() // die "fork: $!\n";
    if (!$pid) {
        setpgrp;
        $SIG{PIPE} = 'DEFAULT';
        open(STDIN, '<&', $out);
        close $in;
        exec '/usr/sbin/dma', '-D', '-i', '-f', $from, '--', @to or exit 127;
    }
    close $out;
    print $in $session->{text};
    close $in;
    $unnamed{$to[0]} = { pid => $pid, count => scalar @to, socket => $session->{socket} };
    @$session{qw(from to text data)} = (undef, [], '', 0);
}

sub command {
    my ($session, $line) = @_;
    my $socket = $session->{socket};
    if ($session->{data}) {
        if ($line eq '.') { push @due, $session; return }
        $line =~ s/^\.//;
        $session->{text} .= "$line\n";
    } elsif ($line =~ /^(EHLO|HELO) /i) { say_to($socket, '250 localhost')
    } elsif ($line =~ /^MAIL FROM:<(\S*?)>/i) { $session->{from} = $1; say_to($socket, '250 2.1.0 Ok')
    } elsif ($line =~ /^RCPT TO:<(\S+?)>/i) { push @{$session->{to}}, $1; say_to($socket, '250 2.1.5 Ok')
    } elsif ($line =~ /^DATA$/i) { $session->{data} = 1; say_to($socket, '354 go ahead')
    } elsif ($line =~ /^RSET$/i) { @$session{qw(from to text)} = (undef, [], ''); say_to($socket, '250 2.0.0 Ok')
    } elsif ($line =~ /^QUIT$/i) { say_to($socket, '221 2.0.0 Bye'); $select->remove($socket); delete $session{$socket}; close $socket
    } else { say_to($socket, '502 5.5.2 not known here') }
}

# Runs the queue: messages whose processes live are locked.
sub take_up {
    my ($message, $id) = @_;
    my $pid = fork() // die "fork: $!\n";
    if (!$pid) {
        setpgrp;
        $SIG{PIPE} = 'DEFAULT';
        open(STDIN, '<', '/dev/null');
        exec '/usr/sbin/dma', '-D', '-q' or exit 127;
    }
    # It leaves each message to a process of the group.
    @$message{qw(pid group dead)} = ($pid, 1, 0);
    $pid{$pid} = $id;
}

# The processes of a message that live: one for each recipient, in one group.
sub processes {
    my $message = shift;
    return kill(0, $message->{pid}) ? $message->{pid} : () if !$message->{group};
    my @found;
    for my $path (glob '/proc/[0-9]*/stat') {
        open(my $stat, '<', $path) or next;
        push @found, $1 if (<$stat> // '') =~ /^(\d+) \(dma\) \S \d+ $message->{pid} /;
    }
    return @found;
}

sub sleeps {
    open(my $wchan, '<', '/proc/' . shift() . '/wchan') or return 1;
    return (<$wchan> // '') =~ /nanosleep/;
}

for (;;) {
    for my $ready ($select->can_read(0.05)) {
        if ($ready == $log) { drain() }
        elsif ($ready == $server) {
            my $socket = $server->accept or next;
            $socket->blocking(0);
            $session{$socket} = { socket => $socket, buffer => '', to => [], text => '', data => 0 };
            $select->add($socket);
            say_to($socket, '220 localhost ESMTP danelab, for dma');
        } elsif ($ready == $again) {
            next unless sysread($again, my $text, 65536);
            $asked .= $text;
            while ($asked =~ s/^(\w+)\n//) {
                my $id = $1;
                my $message = $message{$id} or next;
                $message->{active} = 1;
                $message->{wait} = { map { $_ => 1 } keys %{$message->{left} // {}} };
                open(my $file, '>', $flush); close $file;
                $flushed = time;
                if ($message->{dead}) { take_up($message, $id) } else { kill HUP => -$message->{pid} }
            }
        } elsif (my $session = $session{$ready}) {
            my $got = sysread($ready, my $text, 65536);
            if (!$got) { $select->remove($ready); delete $session{$ready}; close $ready; next }
            $session->{buffer} .= $text;
            while ($session->{buffer} =~ s/^(.*?)\r\n//s) { command($session, $1) }
        }
    }
    drain();
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        drain();
        for my $to (grep { $unnamed{$_}{pid} == $pid } keys %unnamed) {
            say_to((delete $unnamed{$to})->{socket}, '451 4.3.0 dma did not take it');
        }
        my $id = delete $pid{$pid} // next;
        $message{$id}{signal} = $? & 127;
    }
    for my $id (grep { $message{$_}{active} } keys %message) {
        my $message = $message{$id};
        next if %{$message->{wait} // {}} || keys %{$message->{items}} < $message->{count};
        my @alive = processes($message);
        next if grep { !sleeps($_) } @alive;
        drain();
        my @left = sort keys %{$message->{trying} // {}};
        if (!@alive && !@left) { delete $message{$id}; next }
        next unless @left;
        my $how = @alive ? 'over' : 'died of signal ' . ($message->{signal} // '?');
        print "danelab: $id: $how, to=<$_>\n" for @left;
        @$message{qw(active dead left trying)} = (0, !@alive, $message->{trying}, {});
    }
    # Else what is not due would be tried when it next wakes.
    if ($flushed && (time > $flushed + 1 || !grep { %{$_->{wait} // {}} } values %message)) { unlink $flush; $flushed = 0 }
    my $busy = keys(%unnamed) + grep { $_->{active} } values %message;
    while (@due && $busy < $at_once) { hand_over(shift @due); $busy++ }
}
