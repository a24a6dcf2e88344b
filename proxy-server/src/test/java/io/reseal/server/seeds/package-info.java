/** Set-ups that people run today, made by their own commands, before and behind the proxy. */
@NullMarked
package io.reseal.server.seeds;

import org.jspecify.annotations.NullMarked;
