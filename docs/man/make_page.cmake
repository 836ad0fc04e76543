# Makes one page: cmake -DBELFRY=program -DSCDOC=scdoc -DSOURCE=page.scd -DMADE=page -P make_page.cmake
foreach(part commands options keys)
  execute_process(COMMAND ${BELFRY} manual ${part} OUTPUT_VARIABLE ${part} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
configure_file(${SOURCE} ${MADE}.scd @ONLY)
execute_process(COMMAND ${SCDOC} INPUT_FILE ${MADE}.scd OUTPUT_FILE ${MADE} COMMAND_ERROR_IS_FATAL ANY)
