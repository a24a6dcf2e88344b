/** A running proxy: its start, its log lines, its end. */
@NullMarked
package io.reseal.server.run;

import org.jspecify.annotations.NullMarked;
