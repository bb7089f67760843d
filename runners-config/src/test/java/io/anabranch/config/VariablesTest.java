/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VariablesTest {
  private final Problems problems = new Problems("test.yaml");

  @Test
  void putsValuesInThePlaceOfVariables() {
    Node.Section section =
        read("log: { path: '${ROOT}/log', more: [ '${ROOT}${ROOT}' ] }\ncost: $5 {x}\n");

    assertThat(
        section.described(""),
        is("the map {log: {path: /data/log, more: [/data/data]}, cost: $5 {x}}"));
    problems.throwIfAny();
  }

  @Test
  void valuesAreNotLookedIntoAgain() {
    assertThat(read("a: '${TRICKY}'\n").described(""), is("the map {a: ${ROOT}$1\\}"));
  }

  @Test
  void twoDollarsStandForTheTextItself() {
    assertThat(read("a: '$${ROOT}'\n").described(""), is("the map {a: ${ROOT}}"));
  }

  @Test
  void variableThatIsNotSetIsAProblemThatSaysWhatToDo() {
    read("a: 1\nlog: { path: '${HOEM}/x' }\n");

    assertThat(
        assertThrows(ConfigurationException.class, problems::throwIfAny).getMessage(),
        allOf(
            containsString("line 2"),
            containsString("\"log.path\" names the environment variable HOEM, which is not set"),
            containsString("$${HOEM}")));
  }

  private Node.Section read(String text) {
    Node.Section section = new YamlReader(problems).read(text).orElseThrow();
    Map<String, String> environment = Map.of("ROOT", "/data", "TRICKY", "${ROOT}$1\\");
    new Variables(name -> Optional.ofNullable(environment.get(name)), problems).replaceIn(section);
    return section;
  }
}
