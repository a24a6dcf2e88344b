/** What tests of every module build their worlds with: certificates, peers, sockets. */
@NullMarked
package io.reseal.testkit;

import org.jspecify.annotations.NullMarked;
