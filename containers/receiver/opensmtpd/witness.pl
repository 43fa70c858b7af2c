#!/usr/bin/perl
# A filter (smtpd-filters(7)) that changes nothing: OpenSMTPD reports to it what is said, also under TLS, and logs what it
# writes to standard error. Of a message it tells the canary's header field.
use strict;
use warnings;

$| = 1;
# Sessions whose message is past its header.
my %in_body;
while (<STDIN>) { last if $_ eq "config|ready\n" }
print "register|report|smtp-in|$_\n" for qw(link-connect link-disconnect link-tls protocol-client protocol-server);
print "register|filter|smtp-in|data-line\n", "register|ready\n";
while (<STDIN>) {
    # stream|version|time|subsystem|event|session|...; a filter's token stands before the line.
    if (/^filter\|[^|]*\|[^|]*\|smtp-in\|data-line\|([^|]*)\|([^|]*)\|(.*)$/s) {
        my ($session, $token, $line) = ($1, $2, $3);
        print "filter-dataline|$session|$token|$line";
        $in_body{$session} = 1 if $line eq "\n";
        delete $in_body{$session} if $line eq ".\n";
        print STDERR "canary|$session|$1\n" if !$in_body{$session} && $line =~ /^x-danelab-canary: *(\S+)/i;
    } elsif (/^report\|[^|]*\|[^|]*\|smtp-in\|([^|]*\|.*)$/) {
        print STDERR "$1\n";
    }
}
