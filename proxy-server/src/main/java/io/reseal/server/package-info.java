/** The program: commands, and the wiring of a configuration to a running data plane. */
@NullMarked
package io.reseal.server;

import org.jspecify.annotations.NullMarked;
