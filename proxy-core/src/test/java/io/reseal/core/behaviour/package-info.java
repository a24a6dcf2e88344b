/**
 * What the data plane promises, seen from outside: raw clients on real sockets before it, scripted
 * origins that remember every byte behind it.
 */
@NullMarked
package io.reseal.core.behaviour;

import org.jspecify.annotations.NullMarked;
