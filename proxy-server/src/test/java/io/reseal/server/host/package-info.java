/** The program on machines that are short of something, stand still or are set up strangely. */
@NullMarked
package io.reseal.server.host;

import org.jspecify.annotations.NullMarked;
