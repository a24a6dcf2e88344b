@NullMarked
package io.reseal.server.demo;

import org.jspecify.annotations.NullMarked;
