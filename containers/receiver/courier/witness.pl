#!/usr/bin/perl
# Reads what strace(1) tells of one courieresmtpd: its reads and writes. With the client that is descriptors 0 and 1, in clear
# and, as couriertls(1) does TLS for it, behind STARTTLS too; what couriertls says comes from others. Writes for one line
# "client: ...":
#   < EHLO ...     a command, once its turn has come: clients may send several at once (RFC 2920)
#   > 250 ...      a line of a reply
#   tls ...        what couriertls says of the TLS that it negotiated
#   failed ...     what it says instead
#   canary ...     from the header of a message
#   closed
use strict;
use warnings;

my $client = ($ENV{TCPREMOTEIP} // '') =~ s/^::ffff://r . ':' . ($ENV{TCPREMOTEPORT} // '');
my %escape = (n => "\n", r => "\r", t => "\t", v => "\x0b", f => "\f");
my ($heard, $said) = ('', '');
# What the server is at: "idle", "command" until the last line of its reply, "tls" until there is TLS, "header", "body".
my $at = 'greeting';
my $command = '';

sub note { print STDERR "$client: @_\n" }

# Of a quoted string as strace writes it.
sub bytes { $_[0] =~ s/\\(?:([0-7]{1,3})|(.))/defined $1 ? chr oct $1 : $escape{$2} \/\/ $2/ger }

sub go_on {
    while ($at ne 'greeting' && $at ne 'command' && $at ne 'tls' && $heard =~ s/^(.*?)\r\n//s) {
        my $line = $1;
        if ($at eq 'idle') {
            note('<', $line);
            ($at, $command) = ('command', $line);
        } elsif ($line eq '.') {
            ($at, $command) = ('command', '');
        } elsif ($line eq '') {
            $at = 'body';
        } elsif ($at eq 'header' && $line =~ /^x-danelab-canary: *(\S+)/i) {
            note('canary', $1);
        }
    }
}

while (<STDIN>) {
    my ($call, $descriptor, $arguments, $result) = /^(read|write|writev)\((\d+), (.*)\) += (\d+)$/ or next;
    my $text = substr join('', map { bytes($_) } $arguments =~ /"((?:[^"\\]|\\.)*)"/g), 0, $result;
    next if $text eq '';
    if ($call eq 'read' && $descriptor == 0) {
        $heard .= $text;
        go_on();
    } elsif ($call eq 'read' && $at eq 'tls') {
        $text =~ s/\s+\z//;
        $text =~ s/\s*\n\s*/ /g;
        if ($text =~ /^Version: /) {
            note('tls', $text);
            # Courier forgets what came in clear.
            ($at, $heard) = ('idle', '');
        } else {
            note('failed', $text);
        }
    } elsif ($call ne 'read' && $descriptor == 1) {
        $said .= $text;
        while ($said =~ s/^(.*?)\r\n//) {
            my $line = $1;
            note('>', $line);
            next if $line !~ /^(\d{3})(?: |$)/;
            $at = $1 eq '354' ? 'header' : $1 eq '220' && $command =~ /^starttls\s*$/i ? 'tls' : 'idle';
        }
        go_on();
    }
}
note('closed');
