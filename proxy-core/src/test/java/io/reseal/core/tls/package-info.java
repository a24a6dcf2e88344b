/** Tests of server names, TLS contexts, verification and its verdicts. */
@NullMarked
package io.reseal.core.tls;

import org.jspecify.annotations.NullMarked;
