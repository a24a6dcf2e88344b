@NullMarked
package io.reseal.server.admin;

import org.jspecify.annotations.NullMarked;
